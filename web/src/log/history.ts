// Reading back and forth in a room, at any distance from its end: only what is looked at is fetched.
import type { Item, Page } from "../wire/frames";
import type { Klatch } from "../klatch";
import { type Bounds, upToDate } from "./ranges";
import type { Room } from "../rooms/rooms";

const PAGE = 60;
/** How much is fetched on either side of a line that one jumps to. */
const AROUND = 60;

/** Fetches the page before the first line shown. */
export async function openEarlier(klatch: Klatch, room: Room): Promise<void> {
  const ranges = room.ranges;
  const bounds = ranges?.earlier;
  if (!ranges || !bounds || room.loading) return;
  const page = await load(klatch, room, "earlier", bounds, PAGE);
  if (page && same(room.ranges === ranges ? ranges.earlier : null, bounds)) ranges.addEarlier(page);
  room.changed.tell();
}

/** Fetches the page after the last line shown, where that is not the end of the room. */
export async function openLater(klatch: Klatch, room: Room): Promise<void> {
  const ranges = room.ranges;
  const bounds = ranges?.later;
  if (!ranges || !bounds || room.loading) return;
  const page = await load(klatch, room, "later", bounds, PAGE);
  if (page && same(room.ranges === ranges ? ranges.later : null, bounds)) ranges.addLater(page);
  room.changed.tell();
}

/** Looks at what surrounds a line; false where it cannot be read. The line itself may be none: then at the next. */
export async function openAt(klatch: Klatch, room: Room, seq: number): Promise<boolean> {
  const ranges = room.ranges;
  if (!ranges || seq < 1 || seq > room.state.head) return false;
  if (!ranges.lookAt(seq)) {
    const [before, after] = await Promise.all([
      load(klatch, room, "earlier", { before: seq + 1 }, AROUND),
      load(klatch, room, "later", { after: seq }, AROUND),
    ]);
    if (!before || !after || room.ranges !== ranges) return false;
    ranges.put(before, after);
  }
  room.changed.tell();
  return true;
}

/** Looks at the end of the room. */
export function openEnd(room: Room): void {
  if (!room.ranges?.hole) return;
  room.ranges.toEnd();
  room.changed.tell();
}

/** The number of the first line at or after a time (ms UTC); null where there is none. */
export async function findTime(klatch: Klatch, room: Room, since: number): Promise<number | null> {
  const page = await klatch.ask<Page>({ op: "history", room: room.id, since, limit: 1 });
  return page?.items[0]?.seq ?? null;
}

/** A line that is quoted, wherever it stands; null where it cannot be read. */
export async function quoteOf(klatch: Klatch, room: Room, seq: number): Promise<Item | null> {
  const held = room.quotes.get(seq);
  if (held) return held;
  const asked = klatch.ask<Page>({ op: "history", room: room.id, before: seq + 1, limit: 1 });
  const found = asked.then((page) => page?.items.find((item) => item.seq === seq) ?? null);
  room.quotes.set(seq, found);
  return found;
}

async function load(klatch: Klatch, room: Room, loading: "earlier" | "later", bounds: Bounds, limit: number): Promise<Page | null> {
  room.loading = loading;
  room.changed.tell();
  const noted = room.note();
  const page = await klatch.ask<Page>({ op: "history", room: room.id, limit, ...bounds });
  const late = noted();
  if (room.loading === loading) room.loading = "";
  return page && { ...page, items: upToDate(page, late) };
}

function same(now: Bounds | null, then: Bounds): boolean {
  return JSON.stringify(now) === JSON.stringify(then);
}
