// An opportunity definition as the editor holds it, and as TOML for the server.
export interface Entry { system: string; include: string[]; exclude: string[]; weight: number; weights: Record<string, number> }
export interface Definition {
  name: string; title: string; version: number; template: string; measure: string; payer: string[]; period: string; annualise: boolean; specialties: string[];
  codes: Entry[]; tiers: { a: number; b: number; by: string }; sign_off: Record<string, { name: string; date: string }>; versions: string[]; hash: string;
}

const text = (v: string): string => JSON.stringify(v); // a JSON string is a TOML basic string
const texts = (v: string[]): string => `[${v.map(text).join(", ")}]`;
const number = (v: number): string => (Number.isFinite(v) ? String(v) : "0");

export function compose(d: Definition): string {
  const head = [
    `name = ${text(d.name)}`, `title = ${text(d.title)}`, `version = ${d.version}`, `template = ${text(d.template)}`, `measure = ${text(d.measure)}`, `payer = ${texts(d.payer)}`,
    `period = ${text(d.period)}`, `annualise = ${d.annualise}`, `specialties = ${texts(d.specialties)}`, "", "[tiers]", `a = ${number(d.tiers.a)}`, `b = ${number(d.tiers.b)}`, `by = ${text(d.tiers.by)}`,
  ];
  const sets = d.codes.map((e) => ["", "[[codes]]", `system = ${text(e.system)}`, `include = ${texts(e.include)}`, `exclude = ${texts(e.exclude)}`, `weight = ${number(e.weight)}`,
    `weights = { ${Object.entries(e.weights).sort().map(([p, w]) => `${p} = ${number(w)}`).join(", ")} }`].join("\n"));
  return [...head, ...sets].join("\n") + "\n";
}
