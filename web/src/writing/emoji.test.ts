import { expect, test } from "vitest";
import { allEmoji, findEmoji, GROUPS, recentEmoji, toned, useEmoji } from "./emoji";

const all = await allEmoji("en");
const first = (sought: string) => findEmoji(all, sought, 1)[0]?.emoji;
const named = (name: string) => all.find((each) => each.name === name) ?? all[0]!;

test("there are all of them, each in a group, and none that is only a part", () => {
  expect(all.length).toBeGreaterThan(1_800);
  expect(new Set(all.map((each) => each.group))).toEqual(new Set(GROUPS));
});

test.each([
  ["thumbsup", "👍"],
  ["+1", "👍"],
  ["coffee", "☕"],
  ["tada", "🎉"],
  ["Heart", "❤️"],
  ["germany", "🇩🇪"],
])("%s is %s", (sought, emoji) => expect(first(sought)).toBe(emoji));

test("nothing is called so", () => expect(findEmoji(all, "qqqq")).toEqual([]));

test("a tone stands where Unicode has it", () => {
  expect(toned(named("thumbs up"), "🏽")).toBe("👍🏽");
  expect(toned(named("victory hand"), "🏿")).toBe("✌🏿");
  expect(toned(named("woman technologist"), "🏻")).toBe("👩🏻‍💻");
  expect(toned(named("grinning face"), "🏻")).toBe("😀");
});

test("in Japanese they are found by names of both languages", async () => {
  const japanese = await allEmoji("ja");
  expect(findEmoji(japanese, "コーヒー").map((each) => each.emoji)).toContain("☕");
  expect(findEmoji(japanese, "coffee").map((each) => each.emoji)).toContain("☕");
});

test("the last one used comes first, each once", () => {
  const kept = new Map<string, string>();
  const storage = { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => kept.set(key, value) } as unknown as Storage;
  for (const emoji of ["👍", "🎉", "👍"]) useEmoji(emoji, storage);
  expect(recentEmoji(storage)).toEqual(["👍", "🎉"]);
});
