import { describe, expect, it } from "vitest";
import { allPieces, colouring, pieces, slotNeighbours, type Neighbours } from "./borders";

/** A grid of w × h cells that touch their four neighbours. */
function grid(w: number, h: number): Neighbours {
  const lists = Array.from({ length: w * h }, (_, i) => [i % w ? i - 1 : -1, i % w < w - 1 ? i + 1 : -1, i - w, i + w < w * h ? i + w : -1].filter((j) => j >= 0));
  const indptr = new Int32Array(w * h + 1);
  lists.forEach((l, i) => (indptr[i + 1] = indptr[i] + l.length));
  return { indptr, indices: Int32Array.from(lists.flat()), borderMiles: new Float32Array(lists.flat().length) };
}

describe("territories on a grid", () => {
  it("count their pieces", () => {
    const labels = Int16Array.from([0, 1, 0, 0, 1, 0, 0, 1, 0]);
    expect(pieces(grid(3, 3), labels, 0)).toBe(2);
    expect(Array.from(allPieces(grid(3, 3), labels, 3))).toEqual([2, 1, 0]);
  });
  it("never share a colour with a neighbour, and keep theirs when they can", () => {
    const labels = Int16Array.from({ length: 900 }, (_, i) => Math.floor((i % 30) / 3) + 10 * Math.floor(i / 90));
    const sets = slotNeighbours(grid(30, 30), labels, 100);
    const first = colouring(sets, 8);
    sets.forEach((near, s) => near.forEach((t) => expect(first[s]).not.toBe(first[t])));
    labels[0] = 1;
    const next = colouring(slotNeighbours(grid(30, 30), labels, 100), 8, first);
    expect(Array.from(next).filter((c, i) => c !== first[i]).length).toBeLessThan(4);
  });
});
