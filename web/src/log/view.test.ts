import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Entry, Item } from "../wire/frames";
import { emptyView, fold, insert } from "./view";

interface Case {
  name: string;
  entries: Entry[];
  stored?: Entry[];
  view: { as_of: number; topic: string; members: Record<string, string>; items: Item[] };
}

const file = new URL("../../../tests/vectors/view.json", import.meta.url);
const cases = (JSON.parse(readFileSync(file, "utf-8")) as { cases: Case[] }).cases;

function folded(entries: Entry[]) {
  const view = emptyView();
  for (const entry of entries) fold(view, entry);
  return { ...view, items: [...view.items.values()] };
}

describe("the vectors of view.json", () => {
  test.each(cases)("$name, as it was pushed", ({ entries, view }) => {
    expect(folded(entries)).toEqual(view);
  });

  test.each(cases.filter((each) => each.stored))("$name, as it is read later", ({ stored, view }) => {
    expect(folded(stored ?? [])).toEqual(view);
  });
});

const item = (seq: number): Item => ({
  seq,
  id: String(seq),
  ts: seq,
  author: { id: "3", name: "ann" },
  body: { kind: "message", text: "x" },
});

test("an entry that does not follow is refused", () => {
  const entry = { op: "entry", room: "2", ...item(3) } as Entry;
  expect(() => fold(emptyView(), entry)).toThrow("entry 3 does not follow 0");
});

test("lines are put among those held in order, each once", () => {
  const view = { ...emptyView(), items: new Map([1, 5].map((seq) => [seq, item(seq)])) };
  insert(view, [item(3), item(4), item(5)]);
  expect([...view.items.keys()]).toEqual([1, 3, 4, 5]);
});
