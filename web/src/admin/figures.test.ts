import { expect, test } from "vitest";
import { Figures, roundUp } from "./figures";
import type { FiguresTold } from "../wire/frames";
import { sizeOf } from "../words/locale";

const FIRST = { op: "figures", since: 1, now: 10_000, messages: 100, commits: 10, commit_seconds: 0.1 } as FiguresTold;

test("a rate is what came between two tellings", () => {
  const figures = new Figures();
  figures.take(FIRST);
  expect(figures.rates((each) => each.messages)).toEqual([]);
  figures.take({ ...FIRST, now: 12_000, messages: 104 });
  figures.take({ ...FIRST, now: 13_000, messages: 104 });
  expect(figures.rates((each) => each.messages)).toEqual([2, 0]);
});

test("a server that was started anew begins a new graph", () => {
  const figures = new Figures();
  figures.take(FIRST);
  figures.take({ ...FIRST, since: 11_000, now: 12_000, messages: 0 });
  expect(figures.rates((each) => each.messages)).toEqual([]);
  expect(figures.last?.since).toBe(11_000);
});

test("a time without a COMMIT is drawn as the one before", () => {
  const figures = new Figures();
  figures.take(FIRST);
  figures.take({ ...FIRST, now: 12_000, commits: 12, commit_seconds: 0.11 });
  figures.take({ ...FIRST, now: 14_000, commits: 12, commit_seconds: 0.11 });
  expect(figures.commits.map((each) => Math.round(each))).toEqual([5, 5]);
});

test("no more is held than is drawn", () => {
  const figures = new Figures();
  for (let at = 0; at < 200; at++) figures.take({ ...FIRST, now: at * 2_000 });
  expect(figures.each((each) => each.now)).toHaveLength(61);
});

test("an axis ends at a round number", () => {
  expect([0, 0.3, 1, 3, 12, 99, 100, 101].map((most) => roundUp(most, 1))).toEqual([1, 1, 1, 5, 20, 100, 100, 200]);
});

test("sizes have a unit that fits", () => {
  expect([0, 999, 1_400_000, 81_604_378_624].map(sizeOf)).toEqual(["0 bytes", "999 bytes", "1.4 MB", "81.6 GB"]);
});
