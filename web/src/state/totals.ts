// What a set of ZIP areas sums to, and the figures of a territory: the same arithmetic as the scorecard.
import { SUMMED, type Market, type Sums } from "./market";

export interface Figures extends Sums {
  index: number; fte: number; haulHours: number; driveHours: number; faceTime: number; share: number;
}

export function emptySums(): Sums {
  return { units: 0, ...Object.fromEntries(SUMMED.map((name) => [name, 0])) } as Sums;
}

/** Sums over the listed units. */
export function sumUnits(market: Market, units: ArrayLike<number>): Sums {
  const sums = emptySums();
  sums.units = units.length;
  for (const name of SUMMED) {
    const values = market.by[name];
    let total = 0;
    for (let i = 0; i < units.length; i++) total += values[units[i]];
    sums[name] = total;
  }
  return sums;
}

/** Sums by slot over all units in one pass per measure. */
export function sumSlots(market: Market, labels: Int16Array, slots: number): Sums[] {
  const rows = Array.from({ length: slots }, emptySums);
  for (let u = 0; u < labels.length; u++) rows[labels[u]].units++;
  for (const name of SUMMED) {
    const values = market.by[name];
    const totals = new Float64Array(slots);
    for (let u = 0; u < labels.length; u++) totals[labels[u]] += values[u];
    for (let t = 0; t < slots; t++) rows[t][name] = totals[t];
  }
  return rows;
}

/** Line haul of each slot, hours a year: 2 · trips · minutes. */
export function haulBySlot(market: Market, labels: Int16Array, minutes: Float32Array, slots: number): Float64Array {
  const hours = new Float64Array(slots);
  const trips = market.by.trips;
  for (let u = 0; u < labels.length; u++) hours[labels[u]] += (2 * trips[u] * minutes[u]) / 60;
  return hours;
}

export function haulOf(market: Market, units: ArrayLike<number>, minutes: Float32Array): number {
  let hours = 0;
  for (let i = 0; i < units.length; i++) hours += (2 * market.by.trips[units[i]] * minutes[units[i]]) / 60;
  return hours;
}

/** Index, full-time equivalents, face time of sums with their line haul. territories: how many share the market. */
export function figures(market: Market, sums: Sums, haulHours: number, territories: number): Figures {
  const { capacity, national } = market.project;
  const hours = sums.workload_hours + haulHours / (1 - capacity.administration_share);
  return {
    ...sums, haulHours, index: territories * sums.index_share,
    fte: Math.max(hours / capacity.hours_a_year, sums.calls / capacity.calls_a_year),
    driveHours: haulHours + sums.tour_hours, faceTime: hours > 0 ? sums.call_hours / hours : 1,
    share: national.raw > 0 ? sums.raw / national.raw : 0,
  };
}
