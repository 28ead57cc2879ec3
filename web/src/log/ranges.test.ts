import { expect, test } from "vitest";
import type { Entry, Item, Page } from "../wire/frames";
import { Ranges, upToDate } from "./ranges";
import { emptyView, fold } from "./view";

const item = (seq: number): Item => ({
  seq,
  id: String(seq),
  ts: seq,
  author: { id: "3", name: "ann" },
  body: { kind: "message", text: `${seq}` },
});

/** The lines from one number to another. */
const span = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, step) => item(first + step));

const page = (first: number, last: number, more: boolean, as_of = 100): Page => ({ op: "page", room: "2", items: span(first, last), as_of, more });

/** A room of 100 lines whose last ten are held. */
function open() {
  const view = { ...emptyView(), as_of: 100, items: new Map(span(91, 100).map((each) => [each.seq, each])) };
  return { view, ranges: new Ranges(view, true) };
}

const seqs = (items: Item[]) => items.map(({ seq }) => seq);

test("the live end goes on backwards", () => {
  const { ranges } = open();
  expect([ranges.earlier, ranges.later]).toEqual([{ before: 91 }, null]);
  ranges.addEarlier(page(81, 90, true));
  expect([seqs(ranges.shown)[0], ranges.earlier]).toEqual([81, { before: 81 }]);
});

test("a jump opens a range of its own, with a hole before the live end", () => {
  const { ranges } = open();
  const before = ranges.turn;
  ranges.put(page(31, 40, true), page(41, 50, true));
  expect(ranges.turn).not.toBe(before);
  expect([seqs(ranges.shown)[0], ranges.shown.length]).toEqual([31, 20]);
  expect([ranges.earlier, ranges.later]).toEqual([{ before: 31 }, { after: 50 }]);
});

test("scrolling forwards joins a range with the live end", () => {
  const { ranges } = open();
  ranges.put(page(31, 40, true), page(41, 50, true));
  const { turn } = ranges;
  ranges.addLater(page(51, 80, true));
  expect(ranges.later).toEqual({ after: 80 });
  ranges.addLater(page(81, 95, true));
  expect([seqs(ranges.shown), ranges.later, ranges.turn]).toEqual([seqs(span(31, 100)), null, turn]);
  expect(ranges.earlier).toEqual({ before: 31 });
});

test("scrolling backwards from the live end joins a range, too", () => {
  const { ranges } = open();
  ranges.put(page(1, 40, false), page(41, 50, true));
  expect(ranges.lookAt(95)).toBe(true);
  expect([seqs(ranges.shown)[0], ranges.earlier]).toEqual([91, { before: 91 }]);
  ranges.addEarlier(page(60, 90, true));
  expect(ranges.earlier).toEqual({ before: 60 });
  ranges.addEarlier(page(40, 59, true));
  expect([seqs(ranges.shown), ranges.earlier]).toEqual([seqs(span(1, 100)), null]);
});

test("a jump beside the live end is a part of it", () => {
  const { ranges } = open();
  ranges.put(page(71, 80, true), page(81, 99, true));
  expect([seqs(ranges.shown), ranges.later]).toEqual([seqs(span(71, 100)), null]);
});

test("what is held already is looked at without asking", () => {
  const { ranges } = open();
  ranges.put(page(31, 40, true), page(41, 50, true));
  expect([ranges.lookAt(60), ranges.lookAt(100), ranges.later, ranges.lookAt(31), ranges.later]).toEqual([
    ...[false, true, null],
    ...[true, { after: 50 }],
  ]);
});

test("only one far range is held, and none once one is back at the end", () => {
  const { view, ranges } = open();
  ranges.put(page(31, 40, true), page(41, 50, true));
  ranges.put(page(1, 10, false), page(11, 20, true));
  expect([seqs(ranges.shown), view.items.has(31)]).toEqual([seqs(span(1, 20)), false]);
  ranges.toEnd();
  expect([seqs(ranges.shown), view.items.size, ranges.earlier]).toEqual([seqs(span(91, 100)), 10, { before: 91 }]);
});

test("what comes meanwhile changes what is held, and stands at the live end only", () => {
  const { view, ranges } = open();
  ranges.put(page(31, 40, true), page(41, 50, true));
  const entry = (seq: number, body: Entry["body"]): Entry => ({ ...item(seq), op: "entry", room: "2", body });
  fold(view, entry(101, { kind: "edit", target: 35, text: "changed" }));
  fold(view, entry(102, { kind: "message", text: "new" }));
  expect(ranges.shown[4]?.body).toMatchObject({ text: "changed" });
  expect([seqs(ranges.shown).at(-1), view.items.has(102)]).toEqual([50, true]);
});

test("changes that came while a page was on its way are in it", () => {
  const late = [9, 11].map((seq): Entry => ({ ...item(seq), op: "entry", room: "2", body: { kind: "edit", target: 2, text: `at ${seq}` } }));
  const fresh: Entry = { ...item(12), op: "entry", room: "2" };
  const items = upToDate(page(1, 5, false, 10), [...late, fresh]);
  expect([seqs(items), items[1]?.body]).toEqual([[1, 2, 3, 4, 5], { kind: "message", text: "at 11" }]);
});

test("a range scrolled far back loses its end, which comes again", () => {
  const view = { ...emptyView(), as_of: 5_000, items: new Map(span(4_900, 5_000).map((each) => [each.seq, each])) };
  const ranges = new Ranges(view, true);
  for (let first = 4_700; first >= 100; first -= 200) ranges.addEarlier(page(first, first + 199, true));
  expect(view.items.size).toBeLessThan(3_400);
  expect([seqs(ranges.shown)[0], ranges.earlier]).toEqual([100, { before: 100 }]);
  expect(view.items.has(5_000)).toBe(true);
  while (ranges.later) {
    const after = "after" in ranges.later ? ranges.later.after : 0;
    ranges.addLater(page(after + 1, Math.min(after + 200, 5_000), true));
  }
  expect(seqs(ranges.shown)).toEqual(seqs(span(100, 5_000)));
});

test("who reads at the end holds a few hundred lines", () => {
  const { view, ranges } = open();
  ranges.trim(8, 5);
  expect([seqs(ranges.shown), ranges.earlier, view.items.size]).toEqual([seqs(span(96, 100)), { before: 96 }, 5]);
});
