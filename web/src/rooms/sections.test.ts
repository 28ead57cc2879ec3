import { expect, test } from "vitest";
import type { RoomState } from "../wire/frames";
import { Room } from "./rooms";
import { inOrder, placed, sectionOf, sectionsOf, stepped } from "./sections";

const room = (name: string, state: Partial<RoomState> = {}) => new Room({ id: name, name, kind: name.startsWith("@") ? "direct" : "open", star: false, place: null, ...state } as RoomState);
const names = (rooms: Room[] | null) => rooms?.map(({ name }) => name).join(" ") ?? null;

const [ops, den, attic, tea, ann, bob] = [room("#ops"), room("#den", { place: 0 }), room("#attic"), room("#tea", { star: true }), room("@ann"), room("@bob")];
const all = [ops, den, attic, tea, ann, bob];

test("rooms stand where they were put, the others by name after them", () => {
  const { starred, rooms, direct } = sectionsOf(all);
  expect([names(starred), names(rooms), names(direct)]).toEqual(["#tea", "#den #attic #ops", "@ann @bob"]);
});

test("of direct rooms that in which somebody spoke last comes first", () => {
  bob.spokenAt = 5;
  expect(names(sectionsOf(all).direct)).toBe("@bob @ann");
});

test("a room is put before or after another, and what stays in order is none", () => {
  const sections = sectionsOf(all);
  expect(names(placed(sections, ops, den, false))).toBe("#tea #ops #den #attic");
  expect(names(placed(sections, ops, tea, true))).toBe("#tea #ops #den #attic");
  expect(placed(sections, den, tea, true)).toBe(null);
  expect(placed(sections, den, den, true)).toBe(null);
  expect(names(placed(sections, ann, tea, true))).toBe("#tea @ann #den #attic #ops");
});

test("a room goes up and down within its section", () => {
  const sections = sectionsOf(all);
  expect(names(stepped(sections, ops, -1))).toBe("#tea #den #ops #attic");
  expect(stepped(sections, ops, 1)).toBe(null);
  expect(stepped(sections, den, -1)).toBe(null);
  expect(stepped(sections, ann, 1)).toBe(null);
  expect([sectionOf(sections, tea), sectionOf(sections, ann)]).toEqual(["starred", "direct"]);
  expect(names(inOrder(sections))).toBe("#tea #den #attic #ops @bob @ann");
});
