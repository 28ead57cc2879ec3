import { expect, test } from "vitest";
import { complete, wordAt } from "./completions";

test.each([
  ["hello @an", "@an"],
  ["see #", "#"],
  ["/he", "/he"],
  ["nice :ta", ":ta"],
  ["at 10:30", null],
  ["a /he", null],
  ["ann@an", null],
])("in %j the word to complete is %j", (text, word) => {
  expect(wordAt(text, text.length)?.word ?? null).toBe(word);
});

const known = {
  people: [
    { name: "joanna", display_name: "joanna" },
    { name: "ann", display_name: "Ann B." },
  ],
  rooms: ["#lobby", "@bob"],
  commands: [{ usage: "/help", does: "Lists what can be typed." }],
};

test("those that begin with the word come first", () => {
  expect(complete("@ann", known).map((choice) => choice.shown)).toEqual(["@ann", "@joanna"]);
});

test.each([
  ["#l", ["#lobby"]],
  ["/h", ["/help"]],
  [":tad", ["🎉"]],
])("%s", (word, shown) => {
  expect(complete(word, known).map((choice) => choice.shown)).toEqual(shown);
});
