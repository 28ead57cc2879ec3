import { expect, test } from "vitest";
import { iconOf } from "./badge";
import type { Entry } from "../wire/frames";
import type { Klatch } from "../klatch";
import { saysMissing } from "./missing";
import { compose, isWorth } from "./notifying";
import { Room } from "../rooms/rooms";
import { ROOM } from "../wire/scripted";

const quiet = { quietUntil: null as number | null };
const klatch = (more: object = {}) =>
  ({ leads: true, attended: [], standing: quiet, nameOf: (person: { name: string }) => person.name, ...more }) as unknown as Klatch;
const room = (notify = "", kind = "open") => new Room({ ...ROOM, notify, kind });
const entry = { seq: 42, author: { id: "4", name: "bob" }, body: { kind: "message", text: "hello" } } as Entry;

test.each([
  ["", "open", false, false],
  ["", "open", true, true],
  ["", "direct", false, true],
  ["all", "open", false, true],
  ["none", "direct", true, false],
  ["mentions", "direct", false, false],
])("level %j in a room that is %s, named: %s", (notify, kind, named, worth) => {
  expect(isWorth(klatch(), room(notify, kind), named)).toBe(worth);
});

test("nothing is told of a room that somebody looks at, by a tab that does not lead, or to one who wants peace", () => {
  expect(isWorth(klatch({ attended: ["2"] }), room(), true)).toBe(false);
  expect(isWorth(klatch({ leads: false }), room(), true)).toBe(false);
  expect(isWorth(klatch({ standing: { quietUntil: -1 } }), room(), true)).toBe(false);
  expect(isWorth(klatch({ standing: { quietUntil: 1 } }), room(), true)).toBe(true);
});

test("several messages of a room are one notification with the last lines, that leads to the newest", () => {
  const one = compose(klatch(), room(), entry, { count: 1, lines: ["bob: hello"] });
  expect(one).toEqual({ title: "bob in #lobby", body: "bob: hello", spot: "#lobby/42" });
  const many = compose(klatch(), room(), entry, { count: 5, lines: ["2", "3", "4", "5"] });
  expect([many.title, many.body]).toEqual(["#lobby: 5 new messages", "2\n3\n4\n5"]);
});

test("the icon says whether something is unread, and whether one was named", () => {
  expect(iconOf({ messages: 0, mentions: 0 })).toBe("/mark.svg");
  expect(iconOf({ messages: 3, mentions: 0 })).toBe("/mark-unread.svg");
  expect(iconOf({ messages: 3, mentions: 1 })).toBe("/mark-mention.svg");
});

test("what is missing without encryption is said until one was told", () => {
  const storage = { getItem: () => null } as unknown as Storage;
  expect(saysMissing(false, storage)).toBe(true);
  expect(saysMissing(true, storage)).toBe(false);
  expect(saysMissing(false, { ...storage, getItem: () => "told" })).toBe(false);
});
