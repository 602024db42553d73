// Where the map is looked at: pixels of the frame (975 × 610) to pixels of the screen.
import type { Point } from "../state/area";

export const FRAME = { width: 975, height: 610 };
const LEAST = 0.5, MOST = 160;

export class View {
  constructor(public width = 100, public height = 100, public scale = 1, public x = 0, public y = 0, public ratio = 1) {}

  copy(): View {
    return new View(this.width, this.height, this.scale, this.x, this.y, this.ratio);
  }
  same(other: View): boolean {
    return this.scale === other.scale && this.x === other.x && this.y === other.y && this.width === other.width && this.height === other.height;
  }
  toScreen(p: Point): Point {
    return { x: p.x * this.scale + this.x, y: p.y * this.scale + this.y };
  }
  toFrame(p: Point): Point {
    return { x: (p.x - this.x) / this.scale, y: (p.y - this.y) / this.scale };
  }
  /** Left, top, right, bottom of what is seen, in the frame. */
  box(): [number, number, number, number] {
    const a = this.toFrame({ x: 0, y: 0 }), b = this.toFrame({ x: this.width, y: this.height });
    return [a.x, a.y, b.x, b.y];
  }
  fit(left = 0, top = 0, right = FRAME.width, bottom = FRAME.height, margin = 16): View {
    const w = Math.max(right - left, 0.5), h = Math.max(bottom - top, 0.5);
    const scale = clamp(Math.min((this.width - 2 * margin) / w, (this.height - 2 * margin) / h));
    return new View(this.width, this.height, scale, this.width / 2 - (scale * (left + right)) / 2, this.height / 2 - (scale * (top + bottom)) / 2, this.ratio);
  }
  zoom(factor: number, at: Point): View {
    const scale = clamp(this.scale * factor), k = scale / this.scale;
    return new View(this.width, this.height, scale, at.x - k * (at.x - this.x), at.y - k * (at.y - this.y), this.ratio);
  }
  pan(dx: number, dy: number): View {
    return new View(this.width, this.height, this.scale, this.x + dx, this.y + dy, this.ratio);
  }
  resized(width: number, height: number, ratio: number): View {
    return new View(width, height, this.scale, this.x, this.y, ratio);
  }
}

function clamp(scale: number): number {
  return Math.max(LEAST, Math.min(MOST, scale));
}
