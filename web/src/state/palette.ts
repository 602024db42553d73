// Colours that stay apart for colour-blind eyes: Paul Tol's light scheme, a little paler, for areas, cividis for amounts, and tiers by lightness too.

export type Rgb = [number, number, number];
export const TERRITORY: Rgb[] = [
  [132, 178, 224], [240, 152, 122], [240, 225, 150], [255, 184, 199], [170, 227, 255], [92, 197, 168], [199, 214, 90], [184, 178, 92],
];
export const TIER: Record<string, Rgb> = { A: [120, 20, 80], B: [200, 70, 40], C: [70, 80, 100], "": [150, 155, 165] };
const CIVIDIS: Rgb[] = [[253, 234, 69], [219, 202, 86], [187, 173, 108], [156, 147, 120], [125, 124, 120], [96, 101, 112], [66, 78, 108], [27, 56, 108], [0, 34, 78]];
const HEAT: Rgb[] = [[255, 245, 200], [254, 217, 118], [253, 141, 60], [227, 26, 28], [128, 0, 38]];

export const css = ([r, g, b]: Rgb, alpha = 1): string => `rgb(${r} ${g} ${b} / ${alpha})`;
export const ramp = (t: number): Rgb => along(CIVIDIS, t);
export const heat = (t: number): Rgb => along(HEAT, t);

function along(stops: Rgb[], t: number): Rgb {
  const at = Math.max(0, Math.min(1, t)) * (stops.length - 1), i = Math.min(stops.length - 2, Math.floor(at)), f = at - i;
  return [0, 1, 2].map((k) => Math.round(stops[i][k] + f * (stops[i + 1][k] - stops[i][k]))) as Rgb;
}

/** Classes of equal count over the positive values: upper limits. */
export function quantiles(values: ArrayLike<number>, classes: number): number[] {
  const some = Float64Array.from(Array.from(values).filter((v) => v > 0)).sort();
  if (!some.length) return [];
  return Array.from({ length: classes }, (_, i) => some[Math.min(some.length - 1, Math.ceil(((i + 1) / classes) * some.length) - 1)]);
}
