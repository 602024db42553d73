// Unpacks the mesh beside the page: positions in pixels of the frame, unit numbers by vertex, triangles with their offsets.
import { Packed } from "../api/packed";

export interface Unpacked {
  position: Float32Array; unit: Uint16Array; index: Uint32Array; chunk: Uint32Array; box: Float32Array;
}
const CHUNK = 256; // units drawn or skipped together

self.onmessage = async (event: MessageEvent<string>) => {
  try {
    const answer = await fetch(event.data);
    if (!answer.ok) throw new Error(`the shapes could not be loaded (${answer.status})`);
    const made = unpack(new Packed(await answer.arrayBuffer()));
    postMessage(made, { transfer: [made.position.buffer, made.unit.buffer, made.index.buffer, made.chunk.buffer, made.box.buffer] });
  } catch (error) {
    postMessage({ error: String(error) });
  }
};

function unpack(document: Packed): Unpacked {
  const steps = document.meta.steps;
  const dx = document.numbers<Int16Array>("x"), dy = document.numbers<Int16Array>("y");
  const ringPtr = document.numbers<Int32Array>("ring_ptr"), unitPtr = document.numbers<Int32Array>("unit_ptr");
  const ringX = document.numbers<Int32Array>("ring_x"), ringY = document.numbers<Int32Array>("ring_y");
  const position = new Float32Array(2 * dx.length), unit = new Uint16Array(dx.length);
  for (let r = 0; r + 1 < ringPtr.length; r++) {
    let x = ringX[r], y = ringY[r];
    for (let p = ringPtr[r]; p < ringPtr[r + 1]; p++) {
      x += dx[p];
      y += dy[p];
      position[2 * p] = x / steps;
      position[2 * p + 1] = y / steps;
    }
  }
  const units = unitPtr.length - 1, chunks = Math.ceil(units / CHUNK);
  const local = document.numbers<Uint16Array>("triangles"), trianglePtr = document.numbers<Int32Array>("triangle_ptr");
  const index = new Uint32Array(local.length), chunk = new Uint32Array(chunks + 1), box = new Float32Array(4 * chunks);
  for (let u = 0; u < units; u++) {
    unit.fill(u + 1, unitPtr[u], unitPtr[u + 1]); // 0 is nothing
    for (let i = 3 * trianglePtr[u]; i < 3 * trianglePtr[u + 1]; i++) index[i] = local[i] + unitPtr[u];
  }
  for (let c = 0; c < chunks; c++) {
    const last = Math.min(units, (c + 1) * CHUNK);
    chunk[c + 1] = 3 * trianglePtr[last];
    const around = [Infinity, Infinity, -Infinity, -Infinity];
    for (let p = unitPtr[c * CHUNK]; p < unitPtr[last]; p++) {
      const x = position[2 * p], y = position[2 * p + 1];
      if (x < around[0]) around[0] = x;
      if (y < around[1]) around[1] = y;
      if (x > around[2]) around[2] = x;
      if (y > around[3]) around[3] = y;
    }
    box.set(around, 4 * c);
  }
  return { position, unit, index, chunk, box };
}
