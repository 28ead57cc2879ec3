// How lines are laid out: days, heads of groups, joins drawn together, and what is not sent yet at the end.
import type { Item } from "../wire/frames";
import type { Kept } from "../wire/shelf";
import { dayNumber } from "../words/times";
import { isMessage } from "./view";

/** Messages of one author within this time share a head (ms). */
const GROUP = 5 * 60_000;

/** One row: a message, or notices drawn together, or something that waits to be sent. */
export interface Row {
  key: string;
  item: Item | null;
  notices: Item[];
  waiting: Kept | null;
  /** A time of the day that begins here. */
  day: number | null;
  /** Whether the author and time are shown. */
  head: boolean;
  /** Whether the line "new" stands before it. */
  fresh: boolean;
}

const NOTICES = new Set([
  ...["created", "join", "leave", "invite", "kick", "role", "topic", "ban", "unban", "mute", "unmute"],
  ...["set_room", "rename_room", "delete_room", "swept", "erased"],
]);
const KNOWN = new Set([...NOTICES, "message", "removed", "unreadable"]);

export function layOut(items: Item[], waiting: Kept[], newAfter: number | null, me: string, now: number): Row[] {
  const rows: Row[] = [];
  let day = -1;
  let author = "";
  let last = 0;
  let isFresh = newAfter === null;
  for (const item of items) {
    if (!KNOWN.has(item.body.kind)) continue;
    const itemDay = dayNumber(item.ts);
    const fresh = !isFresh && item.seq > (newAfter ?? 0) && item.author.id !== me;
    const before = rows.at(-1);
    const newDay = itemDay !== day;
    if (NOTICES.has(item.body.kind)) {
      if (before?.notices.length && !newDay && !fresh) {
        before.notices.push(item);
      } else {
        rows.push({ ...row(keyOf(item)), notices: [item], day: newDay ? item.ts : null, fresh });
      }
      author = "";
    } else {
      const grouped = author === item.author.id && item.ts - last < GROUP && !newDay && !fresh && !isReply(item);
      rows.push({ ...row(keyOf(item)), item, day: newDay ? item.ts : null, head: !grouped, fresh });
      author = item.author.id;
      last = item.ts;
    }
    isFresh ||= fresh;
    day = itemDay;
  }
  const held = new Set(items.flatMap((item) => (item.author.id === me && item.cid ? [item.cid] : [])));
  for (const kept of waiting) {
    if ((kept.command.op !== "send" && kept.command.op !== "type") || held.has(kept.cid)) continue;
    const newDay = dayNumber(kept.at) !== day && dayNumber(kept.at) <= dayNumber(now);
    const grouped = author === me && kept.at - last < GROUP && !newDay && !("reply_to" in kept.command);
    rows.push({ ...row(`${me}:${kept.cid}`), waiting: kept, day: newDay ? kept.at : null, head: !grouped });
    author = me;
    last = kept.at;
    if (newDay) day = dayNumber(kept.at);
  }
  return rows;
}

/** The rows, of which those that did not change are the very ones of before: nothing of them is drawn anew. */
export function keepRows(rows: Row[], before: Row[]): Row[] {
  const held = new Map(before.map((each) => [each.key, each]));
  return rows.map((each) => {
    const same = held.get(each.key);
    return same && isSame(same, each) ? same : each;
  });
}

function isSame(one: Row, other: Row): boolean {
  return (
    one.item === other.item &&
    one.waiting === other.waiting &&
    one.day === other.day &&
    one.head === other.head &&
    one.fresh === other.fresh &&
    one.notices.length === other.notices.length &&
    one.notices.every((item, index) => item === other.notices[index])
  );
}

/** The same for a message that waits and for the entry it becomes, so that nothing is drawn anew. */
function keyOf(item: Item): string {
  return item.cid ? `${item.author.id}:${item.cid}` : String(item.seq);
}

function row(key: string): Row {
  return { key, item: null, notices: [], waiting: null, day: null, head: true, fresh: false };
}

function isReply(item: Item): boolean {
  return isMessage(item.body) && item.body.reply_to !== undefined;
}

/** The last message of somebody that can still be edited. */
export function lastOwn(items: Item[], me: string): Item | null {
  return items.findLast((item) => item.author.id === me && isMessage(item.body) && !item.body.deleted) ?? null;
}

/** One of eight colours, the same for an account in every client: FNV-1a (32 bits) of its id, the low three bits. */
export function hueOf(account: string): number {
  let hue = hues.get(account);
  if (hue === undefined) hues.set(account, (hue = mix(account)));
  return hue;
}

const hues = new Map<string, number>();
const initials = new Map<string, string>();
const segmenter = new Intl.Segmenter();

function mix(account: string): number {
  let mixed = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(account)) mixed = Math.imul(mixed ^ byte, 0x01000193) >>> 0;
  return mixed & 7;
}

/** The letter in a person's picture. */
export function initialOf(name: string): string {
  let initial = initials.get(name);
  if (initial === undefined) {
    const [first] = segmenter.segment(name.replace(/^[@#_\-.]+/, "") || name);
    initials.set(name, (initial = (first?.segment ?? "?").toLocaleUpperCase()));
  }
  return initial;
}
