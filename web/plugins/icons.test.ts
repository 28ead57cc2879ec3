import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { flatten, icons } from "./icons.ts";

test("strokes become straight lines, relative ones and closed ones too", () => {
  expect(flatten("M1 1h2v3l-1 1z")).toEqual([[[1, 1], [3, 1], [3, 4], [2, 5], [1, 1]]]);
  expect(flatten("M0 0H4M1 1V3")).toEqual([[[0, 0], [4, 0]], [[1, 1], [1, 3]]]);
});

test("an arc bends to the side that it says", () => {
  const [[, ...points]] = flatten("M0 0a1 1 0 0 1 1 1") as [[number, number][]];
  const [x, y] = points.at(-1) ?? [0, 0];
  expect([x, y].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([1, 1]);
  for (const [left, up] of points) expect(Math.hypot(left, up - 1)).toBeCloseTo(1);
});

test("a stroke that cannot be drawn is not passed over", () => {
  expect(() => flatten("M0 0C1 1 2 2 3 3")).toThrow("cannot be drawn");
});

test("the icons are square pictures of the mark on its ground", () => {
  const files = new Map<string, Uint8Array>();
  const plugin = icons(() => readFileSync("public/mark.svg", "utf-8"));
  const draw = plugin.generateBundle as unknown as (this: object) => void;
  draw.call({ emitFile: ({ fileName, source }: { fileName: string; source: Uint8Array }) => files.set(fileName, source) });
  expect([...files.keys()]).toEqual(["icon-192.png", "icon-512.png", "icon-maskable.png"]);
  const file = Buffer.from(files.get("icon-192.png") ?? []);
  expect([file.subarray(1, 4).toString(), file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual(["PNG", 192, 192]);
  const rows = inflateSync(file.subarray(41, file.length - 16));
  const middle = rows.subarray(96 * 769 + 1, 97 * 769);
  const inked = Array.from({ length: 192 }, (_, x) => (middle[x * 4] ?? 255) < 200).filter(Boolean).length;
  expect(rows).toHaveLength(192 * 769);
  expect(inked).toBeGreaterThan(8);
  expect(inked).toBeLessThan(192);
});
