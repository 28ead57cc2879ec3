import { expect, test } from "vitest";
import { best, match } from "./fuzzy";

const found = (sought: string, ...names: string[]) => best(names, sought, (name) => [name], 5);

test("what begins so comes first, then a word that does, then what holds it, then its letters", () => {
  expect(found("rel", "#barrel", "#old-release", "#red-elk", "#release")).toEqual(["#release", "#old-release", "#barrel", "#red-elk"]);
});

test("letters at the beginnings of words are enough", () => {
  expect(found("pk", "#pink", "#project-kitchen")).toEqual(["#project-kitchen", "#pink"]);
});

test("what has the letters in another order is not meant", () => {
  expect(match("kp", "#pk")).toBe(0);
});

test("signs over letters and their case do not count, nor does the # before", () => {
  expect(found("#uber", "#Über")).toEqual(["#Über"]);
});

test("without letters all stay as they are", () => {
  expect(found("", "#b", "#a")).toEqual(["#b", "#a"]);
});
