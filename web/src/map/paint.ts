// Colours of every unit and point for what is shown: territories, an amount, tiers.
import { quantiles, ramp, TERRITORY, TIER, type Rgb } from "../state/palette";
import type { Market } from "../state/market";
import type { Measure } from "../state/workbench.svelte";

const CLASSES = 7;
const NOTHING: Rgb = [226, 230, 236];

export interface Scale { limits: number[]; colours: Rgb[] }

/** Amount by square mile for what is counted by area; classes of equal count. */
export function densityOf(market: Market, measure: Exclude<Measure, "territory">): Float64Array {
  const values = market.by[measure], area = market.by.area;
  return Float64Array.from(values, (v, u) => v / Math.max(area[u], 0.5));
}

export function scaleOf(values: Float64Array): Scale {
  return { limits: quantiles(values, CLASSES), colours: Array.from({ length: CLASSES }, (_, i) => ramp(i / (CLASSES - 1))) };
}

export function colourUnits(target: Uint8Array, market: Market, labels: Int16Array, tints: Int16Array, selection: ArrayLike<number>, values: Float64Array | null, scale: Scale | null): void {
  for (let u = 0; u < market.n; u++) {
    const c = values && scale ? classOf(values[u], scale) : TERRITORY[Math.max(0, tints[labels[u]] ?? 0)];
    const i = 4 * u;
    target[i] = c[0];
    target[i + 1] = c[1];
    target[i + 2] = c[2];
    target[i + 3] = 0;
  }
  for (let i = 0; i < selection.length; i++) target[4 * selection[i] + 3] = 255;
}

function classOf(value: number, scale: Scale): Rgb {
  if (!(value > 0)) return NOTHING;
  const at = scale.limits.findIndex((limit) => value <= limit);
  return scale.colours[at < 0 ? CLASSES - 1 : at];
}

/** Accounts, the largest first so that small ones stay visible on top. */
export function points(market: Market): { position: Float32Array; size: Float32Array; tint: Uint8Array } {
  const { accounts } = market;
  const kept = Array.from({ length: accounts.n }, (_, i) => i).filter((i) => accounts.unit[i] >= 0).sort((a, b) => accounts.accessible[b] - accounts.accessible[a]);
  const top = Math.max(1e-9, kept.length ? accounts.accessible[kept[0]] : 1);
  const position = new Float32Array(2 * kept.length), size = new Float32Array(kept.length), tint = new Uint8Array(4 * kept.length);
  kept.forEach((a, i) => {
    position[2 * i] = accounts.x[a];
    position[2 * i + 1] = accounts.y[a];
    size[i] = 3 + 11 * Math.sqrt(accounts.accessible[a] / top);
    tint.set([...(TIER[accounts.tier[a]] ?? TIER[""]), 220], 4 * i);
  });
  return { position, size, tint };
}
