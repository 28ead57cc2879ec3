import { expect, test } from "vitest";
import type { AnyBody, Item } from "../wire/frames";
import type { Kept } from "../wire/shelf";
import { hueOf, initialOf, keepRows, lastOwn, layOut } from "./timeline";

const NOON = new Date(2026, 10, 20, 12).getTime();
const MINUTE = 60_000;

function line(seq: number, who: string, minutes: number, body: AnyBody = { kind: "message", text: "x" }): Item {
  return { seq, id: String(seq), ts: NOON + minutes * MINUTE, author: { id: who, name: who }, body, cid: `c${seq}` };
}

const laid = (items: Item[], newAfter: number | null = null, waiting: Kept[] = []) =>
  layOut(items, waiting, newAfter, "me", NOON);
const kept = (cid: string): Kept => ({
  cid,
  owner: "me",
  at: NOON + MINUTE,
  room: "2",
  command: { op: "send", cid, room: "2", text: "x" },
});

test("messages of one author within five minutes share a head", () => {
  expect(laid([line(1, "ann", 0), line(2, "ann", 4), line(3, "ann", 10), line(4, "bob", 11)]).map((row) => row.head)).toEqual([
    true,
    false,
    true,
    true,
  ]);
});

test("a day begins where the date changes", () => {
  expect(laid([line(1, "ann", 0), line(2, "ann", 1), line(3, "ann", 24 * 60)]).map((row) => row.day !== null)).toEqual([
    true,
    false,
    true,
  ]);
});

test("joins that follow each other are one row", () => {
  const rows = laid([line(1, "ann", 0, { kind: "join", role: "member" }), line(2, "bob", 0, { kind: "leave" }), line(3, "ann", 1)]);
  expect(rows.map((row) => row.notices.length)).toEqual([2, 0]);
});

test("the line before what is new stands before the first message of another", () => {
  expect(laid([line(1, "ann", 0), line(2, "me", 1), line(3, "ann", 2), line(4, "ann", 3)], 1).map((row) => row.fresh)).toEqual([
    false,
    false,
    true,
    false,
  ]);
});

test("kinds that are not known are not shown", () => {
  expect(laid([line(1, "ann", 0, { kind: "poll" } as unknown as AnyBody)])).toEqual([]);
});

test("what waits stands at the end, and keeps its place in the page when it is stored", () => {
  const [waiting] = laid([], null, [kept("c1")]);
  const [stored] = laid([line(1, "me", 0)], null, [kept("c1")]);
  expect([waiting?.key, laid([line(1, "me", 0)], null, [kept("c1")]).length]).toEqual([stored?.key, 1]);
});

test("one's last message is found, but not one that was deleted", () => {
  const gone = line(2, "me", 1, { kind: "message", text: "", deleted: true });
  expect(lastOwn([line(1, "me", 0), gone, line(3, "ann", 2)], "me")?.seq).toBe(1);
});

test("an account has one of eight colours, and numbers that follow have others", () => {
  const hues = new Set(Array.from({ length: 40 }, (_, id) => hueOf(String(id))));
  expect([...hues].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test.each([
  ["ann", "A"],
  ["_bob", "B"],
  ["👩‍🚀 Mae", "👩‍🚀"],
  ["木村", "木"],
])("the picture of %s shows %s", (name, initial) => {
  expect(initialOf(name)).toBe(initial);
});

test("rows that did not change are the very ones of before", () => {
  const items = [line(1, "ann", 0), line(2, "ann", 1)];
  const before = laid(items);
  const edited = line(2, "ann", 1, { kind: "message", text: "y" });
  const after = keepRows(laid([items[0] as Item, edited, line(3, "ann", 2)]), before);
  expect(after.map((row, index) => row === before[index])).toEqual([true, false, false]);
});
