// The map in two steps: triangles into a buffer of unit numbers when the view changes; numbers into colours and borders when anything else does.

export const NUMBER_VERTEX = `#version 300 es
in vec2 position; in uint unit; uniform vec4 view; flat out uint number;
void main() { gl_Position = vec4(position * view.xy + view.zw, 0.0, 1.0); number = unit; }`;

export const NUMBER_FRAGMENT = `#version 300 es
precision highp float; flat in uint number; out vec4 colour;
void main() { colour = vec4(float(number & 255u), float(number >> 8), 0.0, 255.0) / 255.0; }`;

export const COLOUR_VERTEX = `#version 300 es
void main() { vec2 p = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0; gl_Position = vec4(p, 0.0, 1.0); }`;

// colours: by unit; alpha marks a selected one. slots: territory of each unit, whose change is a border. move: where the buffer was drawn.
export const COLOUR_FRAGMENT = `#version 300 es
precision highp float; precision highp int; precision highp usampler2D;
uniform sampler2D numbers; uniform sampler2D colours; uniform usampler2D slots; uniform vec2 size; uniform vec4 move;
uniform float units; uniform int hovered; uniform int chosen; uniform float opacity; out vec4 colour;
int numberAt(ivec2 p) {
  if (p.x < 0 || p.y < 0 || p.x >= int(size.x) || p.y >= int(size.y)) return 0;
  vec4 t = texelFetch(numbers, p, 0); return int(t.r * 255.0 + 0.5) + 256 * int(t.g * 255.0 + 0.5);
}
int slotOf(int number) { if (number == 0) return -1; int u = number - 1; return int(texelFetch(slots, ivec2(u & 255, u >> 8), 0).r); }
void main() {
  ivec2 p = ivec2(floor((gl_FragCoord.xy - move.zw) / move.xy));
  int me = numberAt(p);
  if (me == 0) { colour = vec4(0.0); return; }
  int u = me - 1;
  vec4 base = texelFetch(colours, ivec2(u & 255, u >> 8), 0);
  vec3 c = base.rgb;
  if (base.a > 0.5) { c = mix(c, vec3(0.10, 0.22, 0.62), 0.55); }
  int mine = slotOf(me);
  float border = 0.0, inner = 0.0;
  for (int dy = -1; dy <= 1; dy++) for (int dx = -1; dx <= 1; dx++) {
    if (dx == 0 && dy == 0) continue;
    int other = numberAt(p + ivec2(dx, dy));
    if (other == me) continue;
    float w = (dx == 0 || dy == 0) ? 1.0 : 0.5;
    if (other != 0 && slotOf(other) != mine) border += w; else if (other != 0) inner += w;
  }
  c = mix(c, c * 0.82, clamp(inner * 0.5, 0.0, 1.0) * units);
  c = mix(c, vec3(0.16, 0.19, 0.26), clamp(border * 0.45, 0.0, 0.85));
  if (mine == chosen) c = mix(c, vec3(0.09, 0.22, 0.72), min(1.0, border) * 0.9);
  if (me == hovered) c = mix(c, vec3(1.0), 0.35);
  colour = vec4(c * opacity, opacity);
}`;

export const POINT_VERTEX = `#version 300 es
in vec2 position; in float size; in vec4 tint; uniform vec4 view; uniform float scale; out vec4 paint;
void main() { gl_Position = vec4(position * view.xy + view.zw, 0.0, 1.0); gl_PointSize = max(2.5, size * scale); paint = tint; }`;

export const POINT_FRAGMENT = `#version 300 es
precision highp float; in vec4 paint; out vec4 colour;
void main() {
  float r = length(gl_PointCoord - 0.5) * 2.0;
  if (r > 1.0) discard;
  vec3 c = r > 0.8 ? vec3(1.0) : paint.rgb; float a = paint.a * (1.0 - smoothstep(0.92, 1.0, r));
  colour = vec4(c * a, a);
}`;
