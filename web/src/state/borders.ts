// Neighbours of units: pieces of a territory, neighbours of territories, colours that neighbours never share.

export interface Neighbours { indptr: Int32Array; indices: Int32Array; borderMiles: Float32Array }

/** Connected pieces of one slot; 0 when it holds nothing. */
export function pieces(near: Neighbours, labels: Int16Array, slot: number): number {
  const seen = new Uint8Array(labels.length);
  let count = 0;
  const stack: number[] = [];
  for (let u = 0; u < labels.length; u++) {
    if (labels[u] !== slot || seen[u]) continue;
    count++;
    seen[u] = 1;
    stack.push(u);
    while (stack.length) {
      const v = stack.pop()!;
      for (let i = near.indptr[v]; i < near.indptr[v + 1]; i++) {
        const w = near.indices[i];
        if (labels[w] === slot && !seen[w]) { seen[w] = 1; stack.push(w); }
      }
    }
  }
  return count;
}

/** Pieces of every slot in one walk. */
export function allPieces(near: Neighbours, labels: Int16Array, slots: number): Int32Array {
  const seen = new Uint8Array(labels.length), count = new Int32Array(slots), stack: number[] = [];
  for (let u = 0; u < labels.length; u++) {
    if (seen[u]) continue;
    count[labels[u]]++;
    seen[u] = 1;
    stack.push(u);
    while (stack.length) {
      const v = stack.pop()!;
      for (let i = near.indptr[v]; i < near.indptr[v + 1]; i++) {
        const w = near.indices[i];
        if (labels[w] === labels[v] && !seen[w]) { seen[w] = 1; stack.push(w); }
      }
    }
  }
  return count;
}

/** Which slots touch which. */
export function slotNeighbours(near: Neighbours, labels: Int16Array, slots: number): Set<number>[] {
  const sets = Array.from({ length: slots }, () => new Set<number>());
  for (let u = 0; u < labels.length; u++) {
    const a = labels[u];
    for (let i = near.indptr[u]; i < near.indptr[u + 1]; i++) {
      const b = labels[near.indices[i]];
      if (a !== b) sets[a].add(b);
    }
  }
  return sets;
}

/** A colour number for each slot that no neighbour shares; colours already given stay where they can. */
export function colouring(sets: Set<number>[], colours: number, before: ArrayLike<number> = []): Int16Array {
  const slots = sets.length, given = new Int16Array(slots).fill(-1);
  const used = new Int32Array(colours);
  const left = new Set(sets.keys());
  const taken = sets.map(() => new Set<number>());
  while (left.size) { // the most constrained first (DSATUR, Brélaz 1979, doi:10.1145/359094.359101)
    let pick = -1;
    for (const s of left) {
      if (pick < 0 || taken[s].size > taken[pick].size || (taken[s].size === taken[pick].size && sets[s].size > sets[pick].size)) pick = s;
    }
    left.delete(pick);
    const old = before[pick];
    let colour = old !== undefined && old >= 0 && !taken[pick].has(old) ? old : -1;
    if (colour < 0) {
      for (let c = 0; c < colours; c++) if (!taken[pick].has(c) && (colour < 0 || used[c] < used[colour])) colour = c;
    }
    if (colour < 0) colour = pick % colours; // more mutual neighbours than colours: cannot be on a map, may be over bridges
    given[pick] = colour;
    used[colour]++;
    for (const s of sets[pick]) taken[s].add(colour);
  }
  return given;
}
