import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

// Where one writes from the right everything is the other way round: styles know a start and an end, not left and right.
const SOURCE = import.meta.dirname;
const PHYSICAL = /\b(?:margin|padding|border|inset)-(?:left|right)\b|^\s*(?:left|right)\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)|border-(?:top|bottom)-(?:left|right)-radius/;
const FOUR = /^\s*(?:margin|padding|inset|border-width)\s*:\s*([^;]+);/;

function sidesOf(value: string): string[] {
  return value.match(/[^\s(]+(?:\((?:[^()]|\([^()]*\))*\))?/g) ?? [];
}

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf-8" }).filter((name) => /\.(svelte|css)$/.test(name));

test.each(files)("%s has no left and no right", (name) => {
  const styles = readFileSync(join(SOURCE, name), "utf-8").replace(/^[\s\S]*<style[^>]*>/, "");
  const found = styles.split("\n").filter((line) => {
    const [, right, , left] = sidesOf(FOUR.exec(line)?.[1] ?? "");
    return PHYSICAL.test(line) || (left !== undefined && right !== left);
  });
  expect(found).toEqual([]);
});
