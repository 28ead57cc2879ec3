// What is held of a room's lines: the live end, and perhaps a range far away from it that one jumped to. Scrolling on
// fills the hole between the two until they are one.
import type { Entry, Item, Page } from "../wire/frames";
import { emptyView, fold, insert, type View } from "./view";

/** Lines that are not held: those between these two numbers, which are the lines at its edges. */
export interface Hole {
  after: number;
  before: number;
}

/** A range that is scrolled back to more lines than this loses its end; so many are kept, and so many of the live end. */
const LONGEST = 3_000;
const SHORTENED = 2_000;
const LIVE = 100;

let turns = 0;

export type Bounds = { before: number } | { after: number };

export class Ranges {
  hole: Hole | null = null;
  /** Whether one looks at what is before the hole. */
  away = false;
  /** Of which range one looks at: another number whenever it is another. */
  turn = ++turns;

  constructor(
    private readonly view: View,
    /** Whether there are lines before the first that is held. */
    private more: boolean,
  ) {}

  /** The lines of the range that one looks at, in order. */
  get shown(): Item[] {
    const items = [...this.view.items.values()];
    const hole = this.hole;
    if (!hole) return items;
    return items.filter((item) => (this.away ? item.seq <= hole.after : item.seq >= hole.before));
  }

  /** What to ask for to see what is before the lines shown; null if there is nothing. */
  get earlier(): Bounds | null {
    const first = this.hole && !this.away ? this.hole.before : this.#first;
    const more = this.hole && !this.away ? true : this.more;
    return more && first !== undefined ? { before: first } : null;
  }

  /** What to ask for to see what is after the lines shown; null at the live end. */
  get later(): Bounds | null {
    return this.hole && this.away ? { after: this.hole.after } : null;
  }

  /** Looks at the range that holds a line; false if none does. */
  lookAt(seq: number): boolean {
    if (!this.view.items.has(seq)) return false;
    const away = this.hole !== null && seq <= this.hole.after;
    if (away !== this.away) this.turn = ++turns;
    this.away = away;
    return true;
  }

  /** Looks at the live end; what is far from it is let go of. */
  toEnd(): void {
    if (this.away) this.turn = ++turns;
    this.away = false;
    this.#letGoOfFar();
  }

  /** The page came that `earlier` asked for. */
  addEarlier(page: Page): void {
    const hole = this.hole;
    const first = page.items[0]?.seq;
    insert(this.view, page.items);
    if (!hole || this.away) this.more = page.more;
    else if (!page.more || first === undefined || first <= hole.after) this.#join(page.more && this.more);
    else this.hole = { ...hole, before: first };
    this.#shorten();
  }

  /** The page came that `later` asked for. */
  addLater(page: Page): void {
    const hole = this.hole;
    if (!hole) return;
    const last = page.items.at(-1)?.seq;
    insert(this.view, page.items);
    if (!page.more || last === undefined || last >= hole.before) this.#join(this.more);
    else this.hole = { ...hole, after: last };
  }

  /** The two pages came that meet at a line one jumps to; they are looked at from now on. */
  put(before: Page, after: Page): void {
    this.#letGoOfFar();
    const live = this.#first ?? Infinity;
    const items = [...before.items, ...after.items];
    const last = items.at(-1)?.seq;
    if (last === undefined) return;
    insert(this.view, items);
    if ((items[0]?.seq ?? 0) < live) this.more = before.more;
    const joined = !after.more || last >= live;
    this.hole = joined ? null : { after: last, before: live };
    this.away = !joined;
    this.turn = ++turns;
  }

  /** Where one reads at the end: lets go of the earliest lines when more than `most` are held, but for `kept`. */
  trim(most: number, kept: number): void {
    if (this.away || this.view.items.size <= most) return;
    this.#letGoOfFar();
    const surplus = [...this.view.items.keys()].slice(0, Math.max(0, this.view.items.size - kept));
    for (const seq of surplus) this.view.items.delete(seq);
    this.more ||= surplus.length > 0;
  }

  /** Lets go of the end of a long range whose beginning is read. */
  #shorten(): void {
    const shown = this.shown;
    if (shown.length <= LONGEST) return;
    if (!this.away) this.#letGoOfFar();
    const live = this.hole?.before ?? shown[shown.length - LIVE]?.seq ?? 0;
    const last = shown[SHORTENED]?.seq ?? 0;
    for (const { seq } of shown) if (seq > last && seq < live) this.view.items.delete(seq);
    this.hole = { after: last, before: live };
    this.away = true;
  }

  get #first(): number | undefined {
    return this.view.items.keys().next().value;
  }

  #join(more: boolean): void {
    this.hole = null;
    this.away = false;
    this.more = more;
  }

  #letGoOfFar(): void {
    const hole = this.hole;
    if (!hole) return;
    for (const seq of [...this.view.items.keys()]) if (seq <= hole.after) this.view.items.delete(seq);
    this.#join(true);
  }
}

/** The lines of a page with the changes that came while it was on its way. */
export function upToDate(page: Page, late: Entry[]): Item[] {
  const last = page.items.at(-1)?.seq ?? 0;
  const view = { ...emptyView(), items: new Map(page.items.map((item) => [item.seq, item])) };
  for (const entry of late) {
    if (entry.seq <= page.as_of) continue;
    view.as_of = entry.seq - 1;
    fold(view, entry);
  }
  return [...view.items.values()].filter((item) => item.seq <= last);
}
