// The area being drawn and its live totals.
import { flushSync } from "svelte";
import { miles, type Point } from "../state/area";
import { figures, haulOf, sumUnits, type Figures } from "../state/totals";
import { wb } from "../state/workbench.svelte";
import type { Market } from "../state/market";

const CIRCUITY = 1.25, MPH = 45; // only until the roads answer: the card says ≈ meanwhile
const REST = 140; // milliseconds the pointer rests before the roads are asked
const RADIUS: Record<string, number> = { AK: 400, HI: 1200, GU: 900, MP: 900 }; // pixels of the frame per earth radius, by inset
export const milesPerPixel = (state: string): number => 3958.8 / (RADIUS[state] ?? 1300);

class Draft {
  shape = $state.raw<Point[]>([]); // in the frame
  closed = $state(false);
  centre = $state.raw<Point | null>(null);
  radius = $state(0); // miles of a circle
  base = $state(-1); // unit of a drive area
  reach = $state(60); // minutes of a drive area
  figures = $state.raw<Figures | null>(null);
  exact = $state(false);
  baseUnit = $state(-1);
  private timer = 0;
  private roads: Float32Array | null = null;

  clear(): void {
    clearTimeout(this.timer);
    this.shape = [];
    this.closed = false;
    this.centre = null;
    this.radius = 0;
    this.base = -1;
    this.roads = null;
    this.figures = null;
    wb.select(new Uint32Array(0));
  }

  /** Totals of a freehand or clicked polygon as the pointer moves. */
  polygon(shape: Point[]): void {
    this.measured(() => { this.shape = shape; return wb.area!.inside(shape); });
  }

  circle(centre: Point, edge: Point): void {
    this.measured(() => {
      const pixels = Math.hypot(edge.x - centre.x, edge.y - centre.y);
      const near = wb.area!.nearest(centre, 60);
      this.centre = centre;
      this.radius = pixels * milesPerPixel(near < 0 ? "" : wb.market!.state[near]);
      return wb.area!.within(centre, pixels);
    });
  }

  async drive(unit: number): Promise<void> {
    performance.mark("drive-start");
    this.base = unit;
    const roads = await wb.attempt(() => wb.roadsFrom(unit));
    if (!roads || this.base !== unit) return;
    this.roads = roads;
    this.reached(this.reach);
    performance.measure("drive-area", "drive-start");
  }

  reached(minutes: number): void {
    this.reach = minutes;
    const { roads } = this;
    if (!roads) return;
    this.measured(() => {
      const found: number[] = [];
      for (let u = 0; u < roads.length; u++) if (roads[u] <= minutes) found.push(u);
      return Uint32Array.from(found);
    });
  }

  /** Sums the units found and shows them at once: this is what a pointer move costs. */
  private measured(find: () => Uint32Array): void {
    const { market } = wb;
    if (!market || !wb.area) return;
    performance.mark("live-start");
    const units = find(), sums = sumUnits(market, units);
    this.baseUnit = this.base >= 0 ? this.base : centreOf(market, units);
    const haul = this.base >= 0 && this.roads ? haulOf(market, units, this.roads) : estimatedHaul(market, units, this.baseUnit);
    this.exact = this.base >= 0;
    flushSync(() => { this.figures = figures(market, sums, haul, Math.max(1, wb.live)); });
    performance.measure("live-totals", "live-start");
    wb.selection = units.slice();
    clearTimeout(this.timer);
    if (!this.exact && this.baseUnit >= 0) this.timer = window.setTimeout(() => void this.refine(), REST);
  }

  private async refine(): Promise<void> {
    const { selection, baseUnit } = { selection: wb.selection, baseUnit: this.baseUnit };
    const roads = await wb.roadsFrom(baseUnit).catch(() => null);
    if (!roads || wb.selection !== selection || !wb.market) return;
    this.figures = figures(wb.market, sumUnits(wb.market, selection), haulOf(wb.market, selection, roads), Math.max(1, wb.live));
    this.exact = true;
  }
}

/** The unit with accounts nearest to the centre of the outings: where a base would stand. */
export function centreOf(market: Market, units: ArrayLike<number>): number {
  const trips = market.by.trips;
  let weight = 0, lat = 0, lon = 0;
  for (let i = 0; i < units.length; i++) { const u = units[i], w = trips[u]; weight += w; lat += w * market.lat[u]; lon += w * market.lon[u]; }
  if (!weight) return units.length ? units[0] : -1;
  lat /= weight;
  lon /= weight;
  let best = -1, least = Infinity;
  const shrink = Math.cos((lat * Math.PI) / 180);
  for (let i = 0; i < units.length; i++) {
    const u = units[i];
    if (!trips[u]) continue;
    const d = (market.lat[u] - lat) ** 2 + ((market.lon[u] - lon) * shrink) ** 2;
    if (d < least) { least = d; best = u; }
  }
  return best;
}

function estimatedHaul(market: Market, units: ArrayLike<number>, base: number): number {
  if (base < 0) return 0;
  let hours = 0;
  for (let i = 0; i < units.length; i++) {
    const u = units[i];
    if (market.by.trips[u]) hours += (2 * market.by.trips[u] * CIRCUITY * miles(market.lat[base], market.lon[base], market.lat[u], market.lon[u])) / MPH;
  }
  return hours;
}

export const draft = new Draft();
