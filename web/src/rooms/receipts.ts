// Who has read what: asked of the server when somebody wants to know, which tells it where people share it.
import type { Author, Item, Readers } from "../wire/frames";
import type { Klatch } from "../klatch";
import { Refused } from "../wire/requests";
import type { Room } from "./rooms";
import { randomText } from "../wire/secrets";
import { isMessage } from "../log/view";

export interface Reading {
  people: Author[];
  /** Whether there are members who were not looked at. */
  more: boolean;
  /** Why nobody tells: off on this server, or kept to oneself. */
  refusal: string;
}

/** Who has read as far as an entry. */
export async function readersOf(klatch: Klatch, room: Room, seq: number): Promise<Reading> {
  try {
    const told = await klatch.query<Readers>({ op: "readers", room: room.id, seq });
    return { people: told.people, more: told.more ?? false, refusal: "" };
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    return { people: [], more: false, refusal: refused.message };
  }
}

/** The last line of a direct room, if one wrote it: whether it was read is shown below it. */
export function lastOwnIn(room: Room, me: string): Item | null {
  if (!room.isDirect || room.ranges?.later) return null;
  const last = room.items.findLast(({ body }) => isMessage(body) && !body.deleted);
  return last?.author.id === me ? last : null;
}

/** Lets others see what one has read, or nobody; then one is not shown what they have. */
export async function shareReading(klatch: Klatch, share: boolean): Promise<void> {
  try {
    await klatch.act({ op: "share_reading", cid: randomText(), share });
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    klatch.tell(refused.message, true);
  }
}
