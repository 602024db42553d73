// The server's packed documents: "BWP1", header length, JSON header, data. Arrays are views, nothing is parsed.

type Numbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
interface Described { dtype: string; shape: number[]; offset: number; bytes: number }

const KINDS: Record<string, (buffer: ArrayBuffer, offset: number, length: number) => Numbers> = {
  int8: (b, o, n) => new Int8Array(b, o, n),
  uint8: (b, o, n) => new Uint8Array(b, o, n),
  int16: (b, o, n) => new Int16Array(b, o, n),
  uint16: (b, o, n) => new Uint16Array(b, o, n),
  int32: (b, o, n) => new Int32Array(b, o, n),
  uint32: (b, o, n) => new Uint32Array(b, o, n),
  float32: (b, o, n) => new Float32Array(b, o, n),
  float64: (b, o, n) => new Float64Array(b, o, n),
};

export class Packed {
  readonly meta: Record<string, number>;
  private readonly described: Record<string, Described>;
  private readonly start: number;

  constructor(private readonly buffer: ArrayBuffer) {
    const magic = new TextDecoder().decode(new Uint8Array(buffer, 0, 4));
    if (magic !== "BWP1") throw new Error(`not a packed document (${magic})`);
    const length = new DataView(buffer).getUint32(4, true);
    const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
    this.described = header.arrays;
    this.meta = header.meta;
    this.start = 8 + length;
  }

  numbers<T extends Numbers = Float64Array>(name: string): T {
    const found = this.described[name];
    if (!found) throw new Error(`the document has no array ${name}`);
    return KINDS[found.dtype](this.buffer, this.start + found.offset, found.shape.reduce((a, b) => a * b, 1)) as T;
  }

  texts(name: string): string[] {
    const found = this.described[name];
    const text = new TextDecoder().decode(new Uint8Array(this.buffer, this.start + found.offset, found.bytes));
    return found.shape[0] ? text.split("\n") : [];
  }
}
