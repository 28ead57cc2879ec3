import { describe, expect, test } from "vitest";
import { Follower } from "./follower";
import type { Entry } from "../wire/frames";

const entry = (seq: number): Entry => ({
  op: "entry",
  room: "2",
  seq,
  id: String(seq),
  ts: seq,
  author: { id: "3", name: "ann" },
  body: { kind: "message", text: String(seq) },
});
const numbers = (entries: Entry[]) => entries.map((each) => each.seq);

describe("the client's rule", () => {
  test("the next entry is applied at once", () => {
    expect(numbers(new Follower(4).push(entry(5)))).toEqual([5]);
  });

  test("an entry that is held already is dropped", () => {
    const follower = new Follower(4);
    follower.push(entry(5));
    expect(follower.push(entry(5))).toEqual([]);
  });

  test("an entry after a hole waits for what is missing", () => {
    const follower = new Follower(4);
    expect(follower.push(entry(7))).toEqual([]);
    expect(follower.behind).toBe(true);
    expect(numbers(follower.fill([entry(5), entry(6)], 7).entries)).toEqual([5, 6, 7]);
    expect(follower.behind).toBe(false);
  });

  test("a gap that one may not read is skipped", () => {
    const follower = new Follower(0);
    const filled = follower.fill([entry(5)], 5);
    expect([numbers(filled.entries), filled.skipped, follower.have]).toEqual([[5], true, 5]);
  });

  test("a head alone tells that something is missing", () => {
    const follower = new Follower(4);
    follower.tell(6);
    expect(follower.behind).toBe(true);
  });
});
