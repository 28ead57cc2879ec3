// The list of rooms: those with a star, the others, and direct ones; in an order of one's own where one made one.
import { byName } from "../words/locale";
import type { Room } from "./rooms";

export interface Sections {
  starred: Room[];
  rooms: Room[];
  direct: Room[];
}
export type Section = keyof Sections;

/** Rooms stand where they were put, the others after them by name; direct ones by who spoke last. */
export function sectionsOf(rooms: Iterable<Room>): Sections {
  const all = [...rooms];
  const direct = all.filter((room) => !room.state.star && room.isDirect);
  return {
    starred: all.filter((room) => room.state.star).sort(asPlaced),
    rooms: all.filter((room) => !room.state.star && !room.isDirect).sort(asPlaced),
    direct: direct.sort((one, other) => other.spokenAt - one.spokenAt || byName(one.name, other.name)),
  };
}

export function inOrder({ starred, rooms, direct }: Sections): Room[] {
  return [...starred, ...rooms, ...direct];
}

export function sectionOf(sections: Sections, room: Room): Section {
  return sections.starred.includes(room) ? "starred" : room.isDirect ? "direct" : "rooms";
}

/** The order once a room stands before or after another; null where that is no change. It holds what can be put in order. */
export function placed(sections: Sections, room: Room, beside: Room, after: boolean): Room[] | null {
  if (room === beside) return null;
  const before = [...sections.starred, ...sections.rooms];
  const order = before.filter((each) => each !== room);
  const at = order.indexOf(beside);
  if (at < 0) return null;
  order.splice(after ? at + 1 : at, 0, room);
  return order.some((each, place) => each !== before[place]) ? order : null;
}

/** The order once a room is one up or down in its section; null where it cannot be. */
export function stepped(sections: Sections, room: Room, by: 1 | -1): Room[] | null {
  const section = sectionOf(sections, room);
  if (section === "direct") return null;
  const beside = sections[section][sections[section].indexOf(room) + by];
  return beside ? placed(sections, room, beside, by > 0) : null;
}

function asPlaced(one: Room, other: Room): number {
  return (one.state.place ?? Infinity) - (other.state.place ?? Infinity) || byName(one.name, other.name);
}
