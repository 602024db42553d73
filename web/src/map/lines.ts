// State and county borders, highways, labels and heat, on plain canvases over and under the areas.
import { packed } from "../api/client";
import { heat } from "../state/palette";
import type { Market } from "../state/market";
import type { View } from "./view";

export interface Lines { state: Path2D; county: Path2D; road: Path2D }

export async function loadLines(): Promise<Lines> {
  const found = await packed("/geometry/lines");
  const path = (name: string): Path2D => {
    const x = found.numbers<Int32Array>(`${name}_x`), y = found.numbers<Int32Array>(`${name}_y`), ptr = found.numbers<Int32Array>(`${name}_ptr`);
    const made = new Path2D(), steps = found.meta.steps;
    for (let l = 0; l + 1 < ptr.length; l++) {
      for (let p = ptr[l]; p < ptr[l + 1]; p++) {
        if (p === ptr[l]) made.moveTo(x[p] / steps, y[p] / steps);
        else made.lineTo(x[p] / steps, y[p] / steps);
      }
    }
    return made;
  };
  return { state: path("state"), county: path("county"), road: path("road") };
}

export interface Label { x: number; y: number; text: string; weight: number; slot: number }

export function drawLines(context: CanvasRenderingContext2D, lines: Lines, view: View, shown: { counties: boolean; roads: boolean }): void {
  const r = view.ratio;
  context.setTransform(r * view.scale, 0, 0, r * view.scale, r * view.x, r * view.y);
  context.lineJoin = "round";
  if (shown.counties && view.scale > 2.5) stroke(context, lines.county, "rgb(40 50 70 / .28)", 0.7 / view.scale);
  if (shown.roads) stroke(context, lines.road, "rgb(150 60 30 / .45)", Math.min(2, 0.6 + 0.12 * view.scale) / view.scale);
  stroke(context, lines.state, "rgb(255 255 255 / .75)", 2.2 / view.scale);
  stroke(context, lines.state, "rgb(30 38 55 / .75)", 0.8 / view.scale);
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

/** Names of territories where there is room, the heavier first. */
export function drawLabels(context: CanvasRenderingContext2D, labels: Label[], view: View, selected: number): void {
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.textAlign = "center";
  context.textBaseline = "middle";
  const taken: [number, number, number, number][] = [];
  const order = [...labels].sort((a, b) => Number(b.slot === selected) - Number(a.slot === selected) || b.weight - a.weight);
  for (const label of order) {
    const p = view.toScreen(label);
    if (p.x < -40 || p.y < -10 || p.x > view.width + 40 || p.y > view.height + 10) continue;
    context.font = `${label.slot === selected ? 650 : 550} 11px "Inter Variable", sans-serif`;
    const half = context.measureText(label.text).width / 2 + 3;
    const box: [number, number, number, number] = [p.x - half, p.y - 8, p.x + half, p.y + 8];
    if (taken.some((t) => t[0] < box[2] && box[0] < t[2] && t[1] < box[3] && box[1] < t[3])) continue;
    taken.push(box);
    context.lineWidth = 3;
    context.strokeStyle = "rgb(255 255 255 / .9)";
    context.strokeText(label.text, p.x, p.y);
    context.fillStyle = "#101828";
    context.fillText(label.text, p.x, p.y);
  }
}

const CELL = 4; // pixels of a heat cell

/** Density of procedures: raw opportunity of accounts, spread by three box blurs (close to a Gaussian). */
export function drawHeat(context: CanvasRenderingContext2D, market: Market, view: View): void {
  const w = Math.ceil(view.width / CELL), h = Math.ceil(view.height / CELL), { accounts } = market;
  const grid = new Float32Array(w * h);
  for (let i = 0; i < accounts.n; i++) {
    const x = Math.floor((accounts.x[i] * view.scale + view.x) / CELL), y = Math.floor((accounts.y[i] * view.scale + view.y) / CELL);
    if (accounts.unit[i] >= 0 && x >= 0 && y >= 0 && x < w && y < h) grid[y * w + x] += accounts.raw[i];
  }
  const radius = Math.max(2, Math.round(14 / CELL));
  for (let pass = 0; pass < 3; pass++) { blur(grid, w, h, radius, 1, w); blur(grid, h, w, radius, w, 1); }
  let top = 0;
  for (const v of grid) if (v > top) top = v;
  const image = new ImageData(w, h);
  for (let i = 0; i < grid.length; i++) {
    const t = top > 0 ? Math.sqrt(grid[i] / top) : 0;
    if (t < 0.04) continue;
    const [r, g, b] = heat(t);
    image.data.set([r, g, b, Math.round(Math.min(1, t * 3) * 205)], 4 * i);
  }
  const small = new OffscreenCanvas(w, h);
  small.getContext("2d")!.putImageData(image, 0, 0);
  context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
  context.imageSmoothingEnabled = true;
  context.drawImage(small, 0, 0, w * CELL, h * CELL);
}

function blur(grid: Float32Array, along: number, across: number, radius: number, step: number, stride: number): void {
  const line = new Float32Array(along), width = 2 * radius + 1;
  for (let a = 0; a < across; a++) {
    const start = a * stride;
    for (let i = 0; i < along; i++) line[i] = grid[start + i * step];
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += line[i] ?? 0;
    for (let i = 0; i < along; i++) {
      grid[start + i * step] = sum / width;
      sum += (line[i + radius + 1] ?? 0) - (line[i - radius] ?? 0);
    }
  }
}
