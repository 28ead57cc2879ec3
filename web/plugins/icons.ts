// Draws the icons of the page from its mark, as PNG files: what is installed wants pixels, and no picture is in git.
import { deflateSync } from "node:zlib";
import type { Plugin } from "vite";

/** One of them for each size; a maskable one fills its ground, as the system cuts it into a shape of its own. */
const ICONS = [
  { name: "icon-192.png", size: 192, share: 0.72, corner: 0.22 },
  { name: "icon-512.png", size: 512, share: 0.72, corner: 0.22 },
  { name: "icon-maskable.png", size: 512, share: 0.54, corner: 0 },
];
const GROUND: Colour = [0xfb, 0xf9, 0xf6];
const INK: Colour = [0xa8, 0x47, 0x0f];
const STROKE = 2.4; // of the mark's 32

type Colour = [number, number, number];
type Point = [number, number];

export function icons(mark: () => string): Plugin {
  return {
    name: "klatch-icons",
    apply: "build",
    generateBundle() {
      const lines = [...mark().matchAll(/ d="([^"]+)"/g)].flatMap(([, path]) => flatten(path ?? ""));
      for (const { name, size, share, corner } of ICONS) {
        const source = encode(size, draw(lines, size, share, corner));
        this.emitFile({ type: "asset", fileName: name, source });
      }
    },
  };
}

/** The strokes of a path (M, L, H, V, A, Z, also relative) as straight lines. */
export function flatten(path: string): Point[][] {
  const lines: Point[][] = [];
  let at: Point = [0, 0];
  for (const [, letter = "", rest = ""] of path.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (rest.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    const kind = letter.toUpperCase();
    const [x, y] = letter === kind ? [0, 0] : at;
    const line = lines.at(-1) ?? [];
    const size = { M: 2, L: 2, H: 1, V: 1, A: 7, Z: 0 }[kind];
    if (size === undefined || (size && numbers.length % size)) throw new Error(`the mark has a stroke that cannot be drawn: ${letter}${rest}`);
    if (kind === "Z") at = line[0] ?? at;
    if (kind === "Z") line.push(at);
    for (let from = 0; size && from < numbers.length; from += size) {
      const given = numbers.slice(from, from + size);
      const [first = 0, second = 0] = given.slice(-2);
      const [left, up] = letter === kind ? [0, 0] : at;
      const to: Point = kind === "H" ? [left + first, at[1]] : kind === "V" ? [at[0], up + first] : [left + first, up + second];
      if (kind === "M" && from === 0) lines.push([[x + first, y + second]]);
      else if (kind === "A") line.push(...bend(at, to, given));
      else line.push(to);
      at = to;
    }
  }
  return lines;
}

/** An arc of a circle, by points on it; see "Conversion from endpoint to center parameterization" of SVG. */
function bend([x1, y1]: Point, [x2, y2]: Point, [radius = 1, , , large = 0, sweep = 0]: number[]): Point[] {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const chord = Math.hypot(dx, dy);
  const around = Math.max(radius, chord / 2);
  const far = Math.sqrt(Math.max(0, around ** 2 - (chord / 2) ** 2)) * (large === sweep ? -1 : 1);
  const [cx, cy] = [(x1 + x2) / 2 - (far * dy) / chord, (y1 + y2) / 2 + (far * dx) / chord];
  const begin = Math.atan2(y1 - cy, x1 - cx);
  let turn = Math.atan2(y2 - cy, x2 - cx) - begin;
  if (sweep && turn < 0) turn += 2 * Math.PI;
  if (!sweep && turn > 0) turn -= 2 * Math.PI;
  const steps = 12;
  return Array.from({ length: steps }, (_, step) => {
    const angle = begin + (turn * (step + 1)) / steps;
    return [cx + around * Math.cos(angle), cy + around * Math.sin(angle)];
  });
}

/** Pixels, red, green, blue and opacity each, of round strokes on a ground with rounded corners. */
function draw(lines: Point[][], size: number, share: number, corner: number): Uint8Array {
  const points = lines.flat();
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const scale = (size * share) / (Math.max(right - left, bottom - top) + STROKE);
  const place = ([x, y]: Point): Point => [size / 2 + (x - (left + right) / 2) * scale, size / 2 + (y - (top + bottom) / 2) * scale];
  const ink = new Float32Array(size * size);
  for (const line of lines) {
    for (const [index, point] of line.slice(1).entries()) stroke(ink, size, place(line[index] ?? point), place(point), (STROKE * scale) / 2);
  }
  const pixels = new Uint8Array(size * size * 4);
  for (let pixel = 0; pixel < ink.length; pixel++) {
    const here: Point = [(pixel % size) + 0.5, Math.floor(pixel / size) + 0.5];
    for (let part = 0; part < 3; part++) {
      const [ground = 0, full = 0] = [GROUND[part], INK[part]];
      pixels[pixel * 4 + part] = Math.round(ground + (full - ground) * (ink[pixel] ?? 0));
    }
    pixels[pixel * 4 + 3] = Math.round(255 * cover(inside(here, size, corner * size)));
  }
  return pixels;
}

/** Puts a straight stroke with round ends onto the pixels that it touches. */
function stroke(ink: Float32Array, size: number, from: Point, to: Point, half: number): void {
  const [left, right] = [Math.floor(Math.min(from[0], to[0]) - half - 1), Math.ceil(Math.max(from[0], to[0]) + half + 1)];
  const [top, bottom] = [Math.floor(Math.min(from[1], to[1]) - half - 1), Math.ceil(Math.max(from[1], to[1]) + half + 1)];
  for (let y = Math.max(0, top); y < Math.min(size, bottom); y++) {
    for (let x = Math.max(0, left); x < Math.min(size, right); x++) {
      const covered = cover(half - distance([x + 0.5, y + 0.5], from, to));
      ink[y * size + x] = Math.max(ink[y * size + x] ?? 0, covered);
    }
  }
}

/** How much of a pixel is covered whose middle is so far inside of an edge. */
function cover(depth: number): number {
  return Math.min(1, Math.max(0, depth + 0.5));
}

function distance([x, y]: Point, [x1, y1]: Point, [x2, y2]: Point): number {
  const [dx, dy] = [x2 - x1, y2 - y1];
  const along = Math.min(1, Math.max(0, ((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1)));
  return Math.hypot(x - x1 - along * dx, y - y1 - along * dy);
}

function inside([x, y]: Point, size: number, radius: number): number {
  const [dx, dy] = [x, y].map((at) => Math.max(0, radius - at, at - size + radius)) as Point;
  return radius ? radius - Math.hypot(dx, dy) : 1;
}

/** A PNG of pixels with opacity, eight bits each. */
function encode(size: number, pixels: Uint8Array): Uint8Array {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 6, 0, 0, 0], 8);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let y = 0; y < size; y++) rows.set(pixels.subarray(y * size * 4, (y + 1) * size * 4), y * (size * 4 + 1) + 1);
  const parts = [part("IHDR", head), part("IDAT", deflateSync(rows, { level: 9 })), part("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

function part(kind: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(kind, "latin1"), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(checksum(named), named.length + 4);
  return whole;
}

/** CRC-32, as PNG wants it. */
function checksum(bytes: Buffer): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return ~sum >>> 0;
}
