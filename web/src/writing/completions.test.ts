import { expect, test } from "vitest";
import { complete, wordAt } from "./completions";
import { allEmoji } from "./emoji";

const known = {
  people: [
    { name: "joanna", display_name: "joanna" },
    { name: "ann", display_name: "Ann B." },
  ],
  rooms: ["#lobby", "@bob"],
  commands: [
    { usage: "/help", does: "Lists what can be typed.", also: [] },
    { usage: "/msg USER TEXT", does: "Says something to one person only.", also: ["/p"] },
    { usage: "/leave [ROOM]", does: "Leaves this room.", also: [] },
    { usage: "/ban [server] WHO [TIME] [WHY]", does: "Keeps somebody out.", also: [] },
    { usage: "/quiet [TIME|off]", does: "Has nothing disturb you.", also: [] },
    { usage: "/react SEQ EMOJI", does: "Puts an emoji to a message.", also: [] },
  ],
  emoji: await allEmoji("en"),
};

test.each([
  ["hello @an", "@an"],
  ["see #", "#"],
  ["/he", "/he"],
  ["nice :ta", ":ta"],
  ["at 10:30", null],
  ["a /he", null],
  ["ann@an", null],
  ["/msg ", ""],
  ["/p jo", "jo"],
  ["/msg joanna hel", null],
  ["/react 4", null],
  ["/react 4 :tad", ":tad"],
  ["/nosuch x", null],
])("in %j the word to complete is %j", (text, word) => {
  expect(wordAt(text, text.length, known.commands)?.word ?? null).toBe(word);
});

test("those that begin with the word come first", () => {
  expect(complete({ from: 0, word: "@ann" }, known).map((choice) => choice.shown)).toEqual(["@ann", "@joanna"]);
});

test.each([
  ["#l", ["#lobby"]],
  ["/h", ["/help"]],
  ["/p", ["/msg USER TEXT", "/help"]],
  [":tada", ["🎉"]],
  ["/msg jo", ["joanna"]],
  ["/leave lo", ["#lobby"]],
  ["/ban jo", ["joanna"]],
  ["/ban server jo", ["joanna"]],
  ["/ban serv", ["server"]],
  ["/quiet o", ["off"]],
])("%s", (text, shown) => {
  const asked = wordAt(text, text.length, known.commands);
  expect(asked && complete(asked, known).map((choice) => choice.shown)).toEqual(shown);
});
