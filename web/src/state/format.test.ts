import { expect, it } from "vitest";
import { csv, minutes } from "./format";
import { compose, type Definition } from "./definition";

it("CSV quotes what needs it and disarms formulas", () => {
  expect(csv(["a", "b"], [["x, y", 1], ['say "no"', 2], ["=1+1", 3]])).toBe('a,b\n"x, y",1\n"say ""no""",2\n\'=1+1,3\n');
});
it("minutes read as people say them", () => {
  expect(minutes(12.4)).toBe("12 min");
  expect(minutes(125)).toBe("2 h 05");
});
it("a definition becomes TOML with its texts escaped", () => {
  const d: Definition = { name: "x", title: 'a "b"', version: 1, template: "surgical-device", measure: "services", payer: ["medicare_ffs"], period: "", annualise: true, specialties: [],
    codes: [{ system: "HCPCS", include: ["66984"], exclude: [], weight: 1.5, weights: { office: 2, asc: 1 } }], tiers: { a: 0.1, b: 0.3, by: "count" }, sign_off: {}, versions: [], hash: "" };
  expect(compose(d)).toContain('title = "a \\"b\\""');
  expect(compose(d)).toContain("weights = { asc = 1, office = 2 }");
});
