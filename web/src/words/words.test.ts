import { afterEach, describe, expect, test } from "vitest";
import { byName, capped, list, plural, setLocale } from "./locale";
import { agoOf, narrowTimeOf, timeOf } from "./times";
import { ar as adminAr } from "./admin/ar";
import { en as adminEn } from "./admin/en";
import type { AdminWords } from "./admin";
import { ja as adminJa } from "./admin/ja";
import { ar } from "./ar";
import type { DialogWords } from "./dialogs";
import { ar as dialogsAr } from "./dialogs/ar";
import { en as dialogsEn } from "./dialogs/en";
import { ja as dialogsJa } from "./dialogs/ja";
import { en, type Words } from "./en";
import { ja } from "./ja";
import { LANGUAGES, localeOf, wantedLanguage } from "./languages";

const catalogues: Record<string, Words> = { en, ar, ja };
const dialogs: Record<string, DialogWords> = { en: dialogsEn, ar: dialogsAr, ja: dialogsJa };
const administrations: Record<string, AdminWords> = { en: adminEn, ar: adminAr, ja: adminJa };
const at = new Date(2026, 2, 4, 14, 3).getTime();

afterEach(() => setLocale("en"));

/** Every text of a catalogue; those that are made of something are made of names, or of counts. */
function texts(value: unknown, path = ""): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "function") {
    const make = value as (...given: unknown[]) => string;
    const names = ["ann", "bob"];
    const given = path.endsWith(".people") || /typing|reacted|told\.online/.test(path) ? [names, true] : ["7", "8", "9"];
    return [[path, make(...given)]];
  }
  return Object.entries(value ?? {}).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
}

describe.each(LANGUAGES.map((language) => [language.tag] as const))("in %s", (tag) => {
  test("nothing is left unsaid, and nothing in braces but who did it", () => {
    setLocale(tag);
    for (const [path, text] of texts(catalogues[tag])) {
      expect(text, path).not.toBe("");
      expect(text, path).not.toMatch(/undefined|\$\{|NaN/);
      expect(text.includes("{who}"), path).toBe(path.startsWith(".notices."));
    }
  });

  test("the dialogs leave nothing unsaid", () => {
    setLocale(tag);
    for (const [path, text] of texts(dialogs[tag])) {
      expect(text, path).not.toBe("");
      expect(text, path).not.toMatch(/undefined|\$\{|NaN|\{who\}/);
    }
  });

  test("the administration leaves nothing unsaid", () => {
    setLocale(tag);
    const { hints, ...settings } = administrations[tag]!.settings;
    for (const [path, text] of texts({ ...administrations[tag], order: null, settings })) {
      expect(text, path).not.toBe("");
      expect(text, path).not.toMatch(/undefined|\$\{|NaN|\{n\}/);
    }
    expect(Object.keys(hints)).toEqual(Object.keys(adminEn.settings.hints));
  });

  test("as many keys are explained as in English", () => {
    expect(catalogues[tag]?.keys.rows.length).toBe(en.keys.rows.length);
  });

  test("its words are those that load", async () => {
    expect(await LANGUAGES.find((language) => language.tag === tag)?.load()).toBe(catalogues[tag]);
  });
});

test.each([0, 1, 2, 5, 11, 100])("Arabic says %i in a form of its own", (count) => {
  setLocale("ar");
  const others = [0, 1, 2, 5, 11, 100].filter((other) => other !== count);
  const spelled = (of: number) => ar.connection.waiting(of).replace(/[\d٠-٩]+/, "");
  for (const other of others) expect(spelled(count)).not.toBe(spelled(other));
});

test("counts are written in the digits of the language, and are inexact from a hundred on", () => {
  setLocale("ar-EG");
  expect(ar.timeline.arrived(12)).toBe("١٢ رسالة جديدة");
  expect(capped(250)).toBe("٩٩+");
  setLocale("en");
  expect([en.timeline.arrived(1), en.timeline.arrived(1200)]).toEqual(["1 new message", "1,200 new messages"]);
  expect(plural(3, { other: "{n} cups" })).toBe("3 cups");
});

test("names stand in a sentence as the language lists them", () => {
  expect(en.people(["ann", "bob", "carl", "dora", "eve"])).toBe("ann, bob, carl, and 2 others");
  setLocale("en-GB");
  expect(en.people(["ann", "bob"])).toBe("ann and bob");
  setLocale("ja");
  expect(ja.people(["ann", "bob", "carl", "dora", "eve"])).toBe("annさん、bobさん、carlさん、他2人");
  setLocale("ar");
  expect(list(["آن", "bob"])).toBe("\u2068آن\u2069 و\u2068bob\u2069");
});

test("a name keeps its direction in a sentence of the other one", () => {
  expect(en.members.message("bob")).toBe("Message bob");
  expect(en.members.message("داليا")).toBe("Message \u2068داليا\u2069");
});

test.each([
  ["en-GB", "14:03", "14:03"],
  ["en-US", "2:03 PM", "2:03"],
  ["ja-JP", "14:03", "14:03"],
])("in %s it is %s", (tag, time, narrow) => {
  setLocale(tag);
  expect([timeOf(at).replace(/\s/, " "), narrowTimeOf(at)]).toEqual([time, narrow]);
});

test("what was a while ago is said as people say it", () => {
  setLocale("en-GB");
  const minutes = (count: number) => agoOf(at - count * 60_000, at);
  expect([minutes(0), minutes(5), minutes(180), minutes(24 * 60)]).toEqual(["this minute", "5 minutes ago", "3 hours ago", "yesterday"]);
  expect(minutes(30 * 24 * 60)).toBe("Monday 2 February");
});

test("numbers in names count, and letters stand where the language has them", () => {
  expect(["room 10", "room 9", "Älpler", "zebra"].sort(byName)).toEqual(["Älpler", "room 9", "room 10", "zebra"]);
  setLocale("sv");
  expect(["Älpler", "zebra"].sort(byName)).toEqual(["zebra", "Älpler"]);
});

test("the language is what was picked, else the first of the browser's that there is", () => {
  expect(wantedLanguage("ja", ["ar"])).toBe("ja");
  expect(wantedLanguage(null, ["fr-FR", "ar-EG", "en"])).toBe("ar");
  expect(wantedLanguage("tlh", ["fr"])).toBe("en");
});

test("a language is written as where one lives", () => {
  expect(localeOf("en", ["en-GB", "en"])).toBe("en-GB");
  expect(localeOf("en", ["de-DE", "en"])).toBe("en-DE");
  expect(localeOf("ja", [])).toBe("ja");
});
