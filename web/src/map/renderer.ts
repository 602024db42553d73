// Draws the ZIP areas and accounts with WebGL 2. Recolouring touches two small textures; only a new view redraws triangles.
import { COLOUR_FRAGMENT, COLOUR_VERTEX, NUMBER_FRAGMENT, NUMBER_VERTEX, POINT_FRAGMENT, POINT_VERTEX } from "./shaders";
import type { Unpacked } from "./mesh.worker";
import type { View } from "./view";

const WIDE = 256; // units in a row of the textures
const DOTS = 10_000; // accounts drawn of the whole country, the largest first; all of them from close by

interface Mesh { array: WebGLVertexArrayObject; chunk: Uint32Array; box: Float32Array }
interface Paint { colours: WebGLTexture; slots: WebGLTexture }

export class Renderer {
  private readonly gl: WebGL2RenderingContext;
  private readonly number: WebGLProgram;
  private readonly colour: WebGLProgram;
  private readonly point: WebGLProgram;
  private readonly buffer: WebGLFramebuffer;
  private readonly numbers: WebGLTexture;
  private readonly paints: Paint[];
  private readonly empty: WebGLVertexArrayObject;
  private meshes: { coarse?: Mesh; fine?: Mesh } = {};
  private points?: { array: WebGLVertexArrayObject; count: number };
  private drawn?: View; // the view the numbers were drawn at
  private readonly tall: number;

  constructor(readonly canvas: HTMLCanvasElement, units: number) {
    const gl = canvas.getContext("webgl2", { antialias: false, alpha: true, premultipliedAlpha: true, preserveDrawingBuffer: true });
    if (!gl) throw new Error("This browser has no WebGL 2, which the map needs; use a current Chrome, Edge, Firefox or Safari.");
    this.gl = gl;
    this.tall = Math.ceil(units / WIDE);
    this.number = program(gl, NUMBER_VERTEX, NUMBER_FRAGMENT);
    this.colour = program(gl, COLOUR_VERTEX, COLOUR_FRAGMENT);
    this.point = program(gl, POINT_VERTEX, POINT_FRAGMENT);
    this.numbers = texture(gl);
    this.buffer = gl.createFramebuffer()!;
    this.empty = gl.createVertexArray()!;
    this.paints = [0, 1].map(() => this.paint());
  }

  private paint(): Paint {
    const gl = this.gl, colours = texture(gl);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, WIDE, this.tall, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    const slots = texture(gl);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.R16UI, WIDE, this.tall, 0, gl.RED_INTEGER, gl.UNSIGNED_SHORT, null);
    return { colours, slots };
  }

  setMesh(level: "coarse" | "fine", data: Unpacked): void {
    const gl = this.gl, array = gl.createVertexArray()!;
    gl.bindVertexArray(array);
    attribute(gl, this.number, "position", data.position, 2, gl.FLOAT);
    attribute(gl, this.number, "unit", data.unit, 1, gl.UNSIGNED_SHORT, true);
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, data.index, gl.STATIC_DRAW);
    gl.bindVertexArray(null);
    this.meshes[level] = { array, chunk: data.chunk, box: data.box };
    this.drawn = undefined;
  }

  get ready(): boolean {
    return Boolean(this.meshes.coarse ?? this.meshes.fine);
  }

  /** side 1 is the plan compared with. colours: RGBA by unit, alpha 255 = selected. */
  setColours(colours: Uint8Array, labels: Int16Array, side = 0): void {
    const gl = this.gl, cells = WIDE * this.tall;
    const slots = new Uint16Array(cells);
    slots.set(labels);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.bindTexture(gl.TEXTURE_2D, this.paints[side].colours);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, WIDE, this.tall, gl.RGBA, gl.UNSIGNED_BYTE, colours);
    gl.bindTexture(gl.TEXTURE_2D, this.paints[side].slots);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, WIDE, this.tall, gl.RED_INTEGER, gl.UNSIGNED_SHORT, slots);
  }

  static cells(units: number): number {
    return 4 * WIDE * Math.ceil(units / WIDE);
  }

  setPoints(position: Float32Array, size: Float32Array, tint: Uint8Array): void {
    const gl = this.gl, array = gl.createVertexArray()!;
    gl.bindVertexArray(array);
    attribute(gl, this.point, "position", position, 2, gl.FLOAT);
    attribute(gl, this.point, "size", size, 1, gl.FLOAT);
    attribute(gl, this.point, "tint", tint, 4, gl.UNSIGNED_BYTE, false, true);
    gl.bindVertexArray(null);
    this.points = { array, count: size.length };
  }

  resize(width: number, height: number): void {
    if (this.canvas.width === width && this.canvas.height === height && this.drawn) return;
    const gl = this.gl;
    this.canvas.width = width;
    this.canvas.height = height;
    gl.bindTexture(gl.TEXTURE_2D, this.numbers);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, null);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.buffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, this.numbers, 0);
    this.drawn = undefined;
  }

  /** Triangles into unit numbers; needed once for each view. */
  private drawNumbers(view: View): void {
    const gl = this.gl, mesh = (view.scale > 3 ? this.meshes.fine : undefined) ?? this.meshes.coarse ?? this.meshes.fine;
    if (!mesh) return;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.buffer);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.disable(gl.BLEND);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(this.number);
    gl.uniform4f(gl.getUniformLocation(this.number, "view"), ...this.clip(view));
    gl.bindVertexArray(mesh.array);
    const [left, top, right, bottom] = view.box();
    for (let c = 0; c + 1 < mesh.chunk.length; c++) {
      const b = 4 * c;
      if (mesh.box[b] > right || mesh.box[b + 2] < left || mesh.box[b + 1] > bottom || mesh.box[b + 3] < top) continue;
      gl.drawElements(gl.TRIANGLES, mesh.chunk[c + 1] - mesh.chunk[c], gl.UNSIGNED_INT, 4 * mesh.chunk[c]);
    }
    gl.bindVertexArray(null);
    this.drawn = view.copy();
  }

  private clip(view: View): [number, number, number, number] {
    const w = this.canvas.width / view.ratio, h = this.canvas.height / view.ratio;
    return [(2 * view.scale) / w, (-2 * view.scale) / h, (2 * view.x) / w - 1, 1 - (2 * view.y) / h];
  }

  /** The frame. fresh: draw the triangles anew when the view moved; otherwise the last ones are shifted. swipe: pixels where side 1 begins. */
  draw(view: View, options: { fresh: boolean; hovered: number; opacity: number; dots: boolean; chosen?: number; swipe?: number }): void {
    const gl = this.gl;
    if (!this.drawn || (options.fresh && !this.drawn.same(view))) this.drawNumbers(view);
    if (!this.drawn) return;
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.viewport(0, 0, this.canvas.width, this.canvas.height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.useProgram(this.colour);
    const k = view.scale / this.drawn.scale, ratio = view.ratio;
    const height = this.canvas.height;
    gl.uniform4f(this.at(this.colour, "move"), k, k, (view.x - k * this.drawn.x) * ratio, height - k * height - (view.y - k * this.drawn.y) * ratio);
    gl.uniform2f(this.at(this.colour, "size"), this.canvas.width, height);
    gl.uniform1f(this.at(this.colour, "units"), view.scale > 4 ? 1 : 0);
    gl.uniform1i(this.at(this.colour, "hovered"), options.hovered + 1);
    gl.uniform1f(this.at(this.colour, "opacity"), options.opacity);
    gl.uniform1i(this.at(this.colour, "chosen"), options.chosen ?? -1);
    gl.bindVertexArray(this.empty);
    const split = options.swipe === undefined ? this.canvas.width : Math.round(options.swipe * ratio);
    this.compose(0, 0, split);
    if (options.swipe !== undefined) this.compose(1, split, this.canvas.width - split);
    if (options.dots && this.points) this.drawPoints(view);
  }

  private at(of: WebGLProgram, name: string): WebGLUniformLocation | null {
    return this.gl.getUniformLocation(of, name);
  }

  private compose(side: number, left: number, width: number): void {
    const gl = this.gl;
    if (width <= 0) return;
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, 0, width, this.canvas.height);
    [this.numbers, this.paints[side].colours, this.paints[side].slots].forEach((t, i) => {
      gl.activeTexture(gl.TEXTURE0 + i);
      gl.bindTexture(gl.TEXTURE_2D, t);
      gl.uniform1i(this.at(this.colour, ["numbers", "colours", "slots"][i]), i);
    });
    gl.activeTexture(gl.TEXTURE0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    gl.disable(gl.SCISSOR_TEST);
  }

  private drawPoints(view: View): void {
    const gl = this.gl;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.point);
    gl.uniform4f(this.at(this.point, "view"), ...this.clip(view));
    gl.uniform1f(this.at(this.point, "scale"), view.ratio * Math.min(2.6, 0.75 + 0.25 * Math.sqrt(view.scale)));
    gl.bindVertexArray(this.points!.array);
    gl.drawArrays(gl.POINTS, 0, Math.min(this.points!.count, Math.round(DOTS * Math.max(1, view.scale * view.scale))));
    gl.bindVertexArray(null);
    gl.disable(gl.BLEND);
  }

  /** Unit under a point of the canvas in CSS pixels, -1 for none. */
  unitAt(x: number, y: number, view: View): number {
    if (!this.drawn) return -1;
    if (!this.drawn.same(view)) this.drawNumbers(view);
    const gl = this.gl, pixel = new Uint8Array(4);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.buffer);
    gl.readPixels(Math.floor(x * view.ratio), this.canvas.height - 1 - Math.floor(y * view.ratio), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return pixel[0] + 256 * pixel[1] - 1;
  }

  /** Wait until everything asked is on the screen (for measurements). */
  finish(): void {
    this.gl.bindFramebuffer(this.gl.FRAMEBUFFER, null);
    this.gl.readPixels(0, 0, 1, 1, this.gl.RGBA, this.gl.UNSIGNED_BYTE, new Uint8Array(4));
  }
}

function texture(gl: WebGL2RenderingContext): WebGLTexture {
  const made = gl.createTexture()!;
  gl.bindTexture(gl.TEXTURE_2D, made);
  for (const [key, value] of [[gl.TEXTURE_MIN_FILTER, gl.NEAREST], [gl.TEXTURE_MAG_FILTER, gl.NEAREST], [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE], [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE]]) {
    gl.texParameteri(gl.TEXTURE_2D, key, value);
  }
  return made;
}

function attribute(gl: WebGL2RenderingContext, of: WebGLProgram, name: string, data: Float32Array | Uint16Array | Uint8Array, width: number, type: number, whole = false, unit = false): void {
  const at = gl.getAttribLocation(of, name);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, data, gl.STATIC_DRAW);
  gl.enableVertexAttribArray(at);
  if (whole) gl.vertexAttribIPointer(at, width, type, 0, 0);
  else gl.vertexAttribPointer(at, width, type, unit, 0, 0);
}

function program(gl: WebGL2RenderingContext, vertex: string, fragment: string): WebGLProgram {
  const made = gl.createProgram()!;
  for (const [kind, source] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]] as const) {
    const shader = gl.createShader(kind)!;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(`shader: ${gl.getShaderInfoLog(shader)}`);
    gl.attachShader(made, shader);
  }
  gl.linkProgram(made);
  if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(`shader: ${gl.getProgramInfoLog(made)}`);
  return made;
}
