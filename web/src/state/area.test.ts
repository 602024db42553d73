import { describe, expect, it } from "vitest";
import { AreaIndex, miles, type Point } from "./area";

let seed = 7;
const random = (): number => ((seed = (seed * 1103515245 + 12345) & 0x7fffffff) / 0x7fffffff);
const many = (n: number): [Float32Array, Float32Array] => [Float32Array.from({ length: n }, () => 900 * random()), Float32Array.from({ length: n }, () => 600 * random())];

/** The plain definition: even-odd over every edge. */
function plainly(polygon: Point[], x: number, y: number): boolean {
  let inside = false;
  polygon.forEach((a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    if (a.y > y !== b.y > y && x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside;
  });
  return inside;
}

describe("points inside a drawn shape", () => {
  it("are those of the plain definition, for crossing polygons too", () => {
    const [x, y] = many(3000), index = new AreaIndex(x, y);
    for (let round = 0; round < 20; round++) {
      const polygon = Array.from({ length: 3 + Math.floor(12 * random()) }, () => ({ x: 900 * random(), y: 600 * random() }));
      const found = Array.from(index.inside(polygon)).sort((a, b) => a - b);
      const wanted = Array.from(x.keys()).filter((i) => plainly(polygon, x[i], y[i]));
      expect(found).toEqual(wanted);
    }
  });
  it("within a circle are those nearer than its radius", () => {
    const [x, y] = many(2000), index = new AreaIndex(x, y), centre = { x: 450, y: 300 };
    const found = Array.from(index.within(centre, 80)).sort((a, b) => a - b);
    expect(found).toEqual(Array.from(x.keys()).filter((i) => Math.hypot(x[i] - 450, y[i] - 300) <= 80));
    expect(found.length).toBeGreaterThan(10);
  });
  it("nothing for fewer than three corners", () => {
    const [x, y] = many(10);
    expect(new AreaIndex(x, y).inside([{ x: 0, y: 0 }, { x: 9, y: 9 }]).length).toBe(0);
  });
});

it("miles from New York to Los Angeles", () => {
  expect(miles(40.7128, -74.006, 34.0522, -118.2437)).toBeGreaterThan(2440);
  expect(miles(40.7128, -74.006, 34.0522, -118.2437)).toBeLessThan(2455);
});
