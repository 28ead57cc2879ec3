import { expect, test } from "vitest";
import { continueList, format, surplusOf, type Writing } from "./writing";

/** `a [b] c`: the text, of which what is in brackets is selected; `|` is a caret. */
function read(shown: string): Writing {
  const from = shown.search(/[[|]/);
  const to = shown.includes("|") ? from : shown.indexOf("]") - 1;
  return { text: shown.replace(/[[\]|]/g, ""), from, to };
}

function show(writing: Writing | null): string | null {
  if (!writing) return null;
  const { text, from, to } = writing;
  return from === to ? `${text.slice(0, from)}|${text.slice(from)}` : `${text.slice(0, from)}[${text.slice(from, to)}]${text.slice(to)}`;
}

test.each([
  ["b", "so [warm] here", "so **[warm]** here"],
  ["b", "so **[warm]** here", "so [warm] here"],
  ["i", "so [warm] here", "so *[warm]* here"],
  ["i", "so **[warm]** here", "so ***[warm]*** here"],
  ["e", "so | here", "so `|` here"],
  ["e", "[one\ntwo]", "```\n[one\ntwo]\n```"],
])("Ctrl+%s makes of %j %j", (key, before, after) => {
  expect(show(format(key, false, read(before)))).toBe(after);
});

test("a link is made of words, or of an address", () => {
  expect(format("K", true, { text: "see there", from: 4, to: 9 })).toEqual({ text: "see [there](https://)", from: 12, to: 20 });
  expect(format("K", true, { text: "https://x.org", from: 0, to: 13 })).toEqual({ text: "[](https://x.org)", from: 1, to: 1 });
  expect(format("k", false, read("|"))).toBe(null);
});

test.each([
  ["- one|", "- one\n- |"],
  ["  * one|", "  * one\n  * |"],
  ["9. one|", "9. one\n10. |"],
  ["> so|", "> so\n> |"],
  ["- one\n- |", "- one\n|"],
  ["no list|", null],
  ["-no list|", null],
])("after %j comes %j", (before, after) => {
  expect(show(continueList(read(before)))).toBe(after);
});

test("characters are counted as the server does", () => {
  expect([surplusOf("x".repeat(16_000)), surplusOf("x".repeat(16_210)), surplusOf("🎉".repeat(16_001))]).toEqual([0, 210, 1]);
});
