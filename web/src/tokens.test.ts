import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf-8");
const blocks = css.split(/^(?=:root|@media)/m).map((block) => new Map(colours(block)));
const [light, system, dark] = blocks.filter((block) => block.has("ground"));

function* colours(block: string): Generator<[string, string]> {
  for (const found of block.matchAll(/--([a-z0-9-]+): (#[0-9a-f]{6});/g)) yield [found[1] ?? "", found[2] ?? ""];
}

/** WCAG 2.2's contrast of two colours. */
function contrast(one: string, other: string): number {
  const [darker, lighter] = [brightness(one), brightness(other)].sort((a, b) => a - b) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

function brightness(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const inks = ["ink", "soft", "accent", "good", "warning", "bad", ...Array.from({ length: 8 }, (_, hue) => `hue-${hue}`)];
// The dot of those who are online stands on the sunken ground; no words do in its colour.
const pairs = inks
  .flatMap((ink) => ["ground", "raised", "sunken"].map((ground) => [ink, ground] as const))
  .filter(([ink, ground]) => ink !== "good" || ground !== "sunken");

describe.each([
  ["light", light],
  ["dark", dark],
])("%s", (_name, theme) => {
  test.each([...pairs, ["on-accent", "accent"] as const])("%s can be read on %s", (ink, ground) => {
    expect(contrast(theme?.get(ink) ?? "", theme?.get(ground) ?? "")).toBeGreaterThanOrEqual(4.5);
  });
});

test("the dark of the system and the dark that is chosen are one", () => {
  expect(system).toEqual(dark);
});

test.each([
  ["light", light],
  ["dark", dark],
] as const)("%s is what all clients have", (name, theme) => {
  const file = new URL("../../src/klatch/clients/look/tokens.json", import.meta.url);
  const shared = (JSON.parse(readFileSync(file, "utf-8")) as Record<string, Record<string, string | string[]>>)[name] ?? {};
  const { authors, ...colours } = shared;
  for (const [colour, value] of Object.entries(colours)) {
    expect([colour, theme?.get(colour.replace("_", "-"))]).toEqual([colour, String(value).toLowerCase()]);
  }
  expect((authors as string[]).map((_, hue) => theme?.get(`hue-${hue}`))).toEqual((authors as string[]).map((value) => value.toLowerCase()));
});
