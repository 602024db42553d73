// Which ZIP areas lie inside a drawn shape, fast enough to answer every pointer move.

export interface Point { x: number; y: number }

const ROWS = 512;

/** Points in rows by y, so that a shape only meets the points and edges of its own rows. */
export class AreaIndex {
  private readonly order: Uint32Array;
  private readonly rowPtr = new Uint32Array(ROWS + 1);
  private readonly found: Uint32Array;
  private readonly low: number;
  private readonly scale: number;

  constructor(private readonly x: Float32Array, private readonly y: Float32Array) {
    let low = Infinity, high = -Infinity;
    for (const v of y) { if (v < low) low = v; if (v > high) high = v; }
    this.low = low;
    this.scale = ROWS / Math.max(high - low, 1e-6);
    const row = Uint16Array.from(y, (v) => this.rowOf(v));
    for (const r of row) this.rowPtr[r + 1]++;
    for (let r = 0; r < ROWS; r++) this.rowPtr[r + 1] += this.rowPtr[r];
    const next = this.rowPtr.slice();
    this.order = new Uint32Array(y.length);
    for (let i = 0; i < y.length; i++) this.order[next[row[i]]++] = i;
    this.found = new Uint32Array(y.length);
  }

  private rowOf(y: number): number {
    return Math.max(0, Math.min(ROWS - 1, Math.floor((y - this.low) * this.scale)));
  }

  /** Points inside a closed polygon (even-odd); a view that the next call overwrites. */
  inside(polygon: readonly Point[]): Uint32Array {
    if (polygon.length < 3) return this.found.subarray(0, 0);
    let top = Infinity, bottom = -Infinity;
    for (const p of polygon) { if (p.y < top) top = p.y; if (p.y > bottom) bottom = p.y; }
    const first = this.rowOf(top), last = this.rowOf(bottom);
    const edges = this.edgesByRow(polygon, first, last);
    let count = 0;
    for (let r = first; r <= last; r++) {
      const here = edges[r - first];
      for (let i = this.rowPtr[r]; i < this.rowPtr[r + 1]; i++) {
        const u = this.order[i];
        if (crossings(here, this.x[u], this.y[u])) this.found[count++] = u;
      }
    }
    return this.found.subarray(0, count);
  }

  /** Points within a radius. */
  within(centre: Point, radius: number): Uint32Array {
    let count = 0;
    for (let r = this.rowOf(centre.y - radius); r <= this.rowOf(centre.y + radius); r++) {
      for (let i = this.rowPtr[r]; i < this.rowPtr[r + 1]; i++) {
        const u = this.order[i];
        const dx = this.x[u] - centre.x, dy = this.y[u] - centre.y;
        if (dx * dx + dy * dy <= radius * radius) this.found[count++] = u;
      }
    }
    return this.found.subarray(0, count);
  }

  /** The nearest point, or -1 when none is within reach. */
  nearest(at: Point, reach: number): number {
    let best = -1, least = reach * reach;
    for (const u of this.within(at, reach)) {
      const dx = this.x[u] - at.x, dy = this.y[u] - at.y;
      if (dx * dx + dy * dy <= least) { least = dx * dx + dy * dy; best = u; }
    }
    return best;
  }

  private edgesByRow(polygon: readonly Point[], first: number, last: number): number[][] {
    const rows: number[][] = Array.from({ length: last - first + 1 }, () => []);
    for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
      const a = polygon[j], b = polygon[i];
      if (a.y === b.y) continue;
      const from = Math.max(first, this.rowOf(Math.min(a.y, b.y))), to = Math.min(last, this.rowOf(Math.max(a.y, b.y)));
      for (let r = from; r <= to; r++) rows[r - first].push(a.x, a.y, b.x, b.y);
    }
    return rows;
  }
}

function crossings(edges: number[], x: number, y: number): boolean {
  let inside = false;
  for (let e = 0; e < edges.length; e += 4) {
    const ay = edges[e + 1], by = edges[e + 3];
    if (ay > y !== by > y && x < edges[e] + ((y - ay) / (by - ay)) * (edges[e + 2] - edges[e])) inside = !inside;
  }
  return inside;
}

/** Great-circle miles. */
export function miles(lat1: number, lon1: number, lat2: number, lon2: number): number {
  const rad = Math.PI / 180;
  const h = Math.sin(((lat2 - lat1) * rad) / 2) ** 2 + Math.cos(lat1 * rad) * Math.cos(lat2 * rad) * Math.sin(((lon2 - lon1) * rad) / 2) ** 2;
  return 7917.6 * Math.asin(Math.min(1, Math.sqrt(h)));
}
