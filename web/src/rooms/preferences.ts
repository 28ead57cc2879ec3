// What one prefers, kept in one's account: rooms with a star and in an order of one's own, and when one is told.
import type { Klatch } from "../klatch";
import type { Room } from "./rooms";
import { randomText } from "../wire/secrets";
import { holds } from "./standing";

export type Notify = "all" | "mentions" | "none";
export const LEVELS: Notify[] = ["all", "mentions", "none"];

/** Of what in a room one is told: as one chose, else of all in direct rooms and of mentions in others. */
export function notifyOf({ state, isDirect }: Room): Notify {
  return (state.notify as Notify | "") || (isDirect ? "all" : "mentions");
}

/** Whether nothing is to disturb one now. */
export function isQuiet(klatch: Klatch, now = Date.now()): boolean {
  return holds(klatch.standing.quietUntil, now);
}

/** Chooses for a room; throws Refused. It shows at once, as the server's answer takes a moment. */
export async function prefer(klatch: Klatch, room: Room, wish: { star?: boolean; notify?: Notify | "" }): Promise<void> {
  const before = room.state;
  room.state = { ...before, ...wish };
  klatch.roomsChanged.tell();
  try {
    await klatch.act({ op: "prefer", cid: randomText(), room: room.id, ...wish });
  } catch (refused) {
    room.state = { ...room.state, star: before.star, notify: before.notify };
    klatch.roomsChanged.tell();
    throw refused;
  }
}

/** Lists rooms in this order; throws Refused. */
export async function arrange(klatch: Klatch, rooms: Room[]): Promise<void> {
  const ids = rooms.map((room) => room.id);
  const before = new Map([...klatch.rooms.values()].map((room) => [room, room.state.place]));
  takeOrder(klatch, ids);
  try {
    await klatch.act({ op: "arrange", cid: randomText(), rooms: ids });
  } catch (refused) {
    for (const [room, place] of before) room.state = { ...room.state, place };
    klatch.roomsChanged.tell();
    throw refused;
  }
}

/** The rooms stand in this order from now on. */
export function takeOrder(klatch: Klatch, ids: string[]): void {
  const places = new Map(ids.map((id, place) => [id, place]));
  for (const room of klatch.rooms.values()) room.state = { ...room.state, place: places.get(room.id) ?? null };
  klatch.roomsChanged.tell();
}

/** Has nothing disturb one: for so many seconds, for good (null) or no longer (0); throws Refused. */
export async function beQuiet(klatch: Klatch, seconds: number | null): Promise<void> {
  await klatch.act({ op: "quiet", cid: randomText(), seconds });
}
