// The market as typed arrays, by unit and by account, in the order of the server.
import { get, packed, type Project } from "../api/client";

export const SUMMED = ["index_share", "raw", "accessible", "calls", "call_hours", "tour_hours", "workload_hours", "trips", "accounts", "tier_a", "tier_b", "tier_c", "providers", "area", "population"] as const;
export type Summed = (typeof SUMMED)[number];
export type Sums = Record<Summed, number> & { units: number };

export interface Market {
  project: Project; n: number; zip: string[]; city: string[]; state: string[]; county: string[];
  x: Float32Array; y: Float32Array; lat: Float32Array; lon: Float32Array; by: Record<Summed, Float64Array | Float32Array>;
  accounts: Accounts; unitOfZip: Map<string, number>;
}
export interface Accounts {
  n: number; id: string[]; name: string[]; kind: string[]; zip: string[]; tier: string[]; raw: Float64Array; accessible: Float64Array;
  rank: Int32Array; providers: Int32Array; unit: Int32Array; x: Float32Array; y: Float32Array;
}

export async function loadMarket(scenario?: string): Promise<Market> {
  const which = scenario ? `?scenario=${scenario}` : "";
  const [project, units, accounts] = await Promise.all([get<Project>(`/project${which}`), packed(`/market/units${which}`), packed(`/market/accounts${which}`)]);
  const zip = units.texts("zip");
  return {
    project, n: zip.length, zip, city: units.texts("city"), state: units.texts("state"), county: units.texts("county"),
    x: units.numbers("x"), y: units.numbers("y"), lat: units.numbers("lat"), lon: units.numbers("lon"),
    by: Object.fromEntries(SUMMED.map((name) => [name, units.numbers(name)])) as Market["by"],
    unitOfZip: new Map(zip.map((z, i) => [z, i])),
    accounts: {
      n: project.accounts, id: accounts.texts("site_id"), name: accounts.texts("name"), kind: accounts.texts("kind"), zip: accounts.texts("zip"),
      tier: accounts.texts("tier"), raw: accounts.numbers("raw"), accessible: accounts.numbers("accessible"), rank: accounts.numbers("rank"),
      providers: accounts.numbers("providers"), unit: accounts.numbers("unit"), x: accounts.numbers("x"), y: accounts.numbers("y"),
    },
  };
}

export function place(market: Market, unit: number): string {
  return `${market.city[unit]} ${market.state[unit]}`.trim();
}
