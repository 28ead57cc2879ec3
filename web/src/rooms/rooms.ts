// One room as this page holds it: what the list shows, and, once it was opened, its lines and members.
import { Follower } from "../log/follower";
import type { Entry, Item, Page, Person, RoomState } from "../wire/frames";
import { Ranges } from "../log/ranges";
import { type Later, Topic } from "../topic";
import { fold, isMessage, type View } from "../log/view";

/** Lines held of a room that is read at its end; more are let go of, and come again when one scrolls up. */
const HELD_MOST = 600;
const HELD_AFTER = 300;
const TYPING_LASTS = 5_000;

export class Room {
  readonly changed: Topic;
  view: View | null = null;
  follower: Follower | null = null;
  /** Which lines are held, and which of them are looked at. */
  ranges: Ranges | null = null;
  /** Lines that are quoted and stand far away. */
  readonly quotes = new Map<number, Promise<Item | null>>();
  loading: "" | "first" | "earlier" | "later" | "missing" = "";
  fault = "";
  people: Person[] = [];
  /** When somebody last spoke here, as far as one knows (ms UTC); of rooms that were only listed, an order. */
  spokenAt = 0;
  /** The number after which the line "new" stands, while the room is open. */
  newAfter: number | null = null;
  /** Whether one reads at the end, so that earlier lines may go. */
  atEnd = true;
  #typing = new Map<string, { name: string; until: number }>();
  #early: Entry[] = [];
  #noting = new Set<Entry[]>();

  constructor(
    public state: RoomState,
    later?: Later,
  ) {
    this.changed = new Topic(later);
  }

  get id(): string {
    return this.state.id;
  }

  get name(): string {
    return this.state.name;
  }

  get isDirect(): boolean {
    return this.state.kind === "direct";
  }

  /** The lines held, in order. */
  get items(): Item[] {
    return this.view ? [...this.view.items.values()] : [];
  }

  /** The last line, unless the last entry added none. */
  get last(): Item | null {
    return this.view?.items.get(this.view.as_of) ?? null;
  }

  /** Who is typing now, but for oneself. */
  typing(now: number): string[] {
    for (const [who, { until }] of this.#typing) if (until <= now) this.#typing.delete(who);
    return [...this.#typing.values()].map((typist) => typist.name);
  }

  noteTyping(person: { id: string; name: string }, now: number): void {
    this.#typing.set(person.id, { name: person.name, until: now + TYPING_LASTS });
    this.changed.tell();
    setTimeout(() => this.changed.tell(), TYPING_LASTS + 50);
  }

  /** The last page came: the room is open. */
  open(page: Page): Entry[] {
    this.view = {
      as_of: page.as_of,
      topic: this.state.topic,
      members: {},
      items: new Map(page.items.map((item) => [item.seq, item])),
    };
    this.follower = new Follower(page.as_of);
    this.ranges = new Ranges(this.view, page.more);
    const early = this.#early;
    this.#early = [];
    this.changed.tell();
    return early.flatMap((entry) => this.take(entry));
  }

  /** Notes what is applied from now on, until what this gives is called, which gives it. */
  note(): () => Entry[] {
    const noted: Entry[] = [];
    this.#noting.add(noted);
    return () => {
      this.#noting.delete(noted);
      return noted;
    };
  }

  /** Lets go of the lines: they are fetched anew when the room is looked at again. */
  shut(): void {
    this.view = this.follower = this.ranges = null;
    this.#early = [];
    this.loading = "";
    this.changed.tell();
  }

  /** An entry was pushed; gives those that were applied. */
  take(entry: Entry): Entry[] {
    this.state = { ...this.state, head: Math.max(this.state.head, entry.seq) };
    if (!this.follower) {
      if (this.loading === "first") this.#early.push(entry);
      return [];
    }
    return this.#apply(this.follower.push(entry));
  }

  /** Missing entries came; gives those that were applied. */
  fill(entries: Entry[], head: number): Entry[] {
    this.state = { ...this.state, head: Math.max(this.state.head, head) };
    if (!this.follower || !this.view) return [];
    const filled = this.follower.fill(entries, head);
    if (filled.skipped) this.view.as_of = this.follower.have - filled.entries.length;
    return this.#apply(filled.entries);
  }

  /** What was read on this or another device. */
  markRead(seq: number): void {
    if (seq <= this.state.read) return;
    const rest = seq >= this.state.head ? { unread: 0, mentions: 0 } : {};
    this.state = { ...this.state, read: seq, ...rest };
  }

  #apply(entries: Entry[]): Entry[] {
    const view = this.view;
    if (!entries.length || !view) return entries;
    for (const entry of entries) {
      fold(view, entry);
      if (isMessage(entry.body)) this.#typing.delete(entry.author.id);
      for (const noted of this.#noting) noted.push(entry);
    }
    if (this.atEnd) this.ranges?.trim(HELD_MOST, HELD_AFTER);
    this.changed.tell();
    return entries;
  }
}

/** Whether a text names somebody: `@ann`, and not a part of a longer name. */
export function mentions(text: string, name: string): boolean {
  const found = text.toLowerCase().indexOf(`@${name.toLowerCase()}`);
  if (found < 0) return false;
  const after = text.slice(found + name.length + 1);
  return !/^[\p{L}\p{N}_]/u.test(after) || mentions(after, name);
}
