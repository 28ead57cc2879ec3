// The client's rule: from pushes that may be lost, doubled or out of order, the log itself, each entry once.
import type { Entry } from "../wire/frames";

const AHEAD_MOST = 1_000;

/** Follows one log. `have` is the number of the last entry applied, `head` the highest number known to exist. */
export class Follower {
  head: number;
  #ahead = new Map<number, Entry>();

  constructor(public have: number) {
    this.head = have;
  }

  /** Whether entries are missing that exist: they are to be asked for after number `have`. */
  get behind(): boolean {
    return this.head > this.have;
  }

  /** Takes an entry that was pushed; gives those to apply now, in order. */
  push(entry: Entry): Entry[] {
    this.head = Math.max(this.head, entry.seq);
    if (entry.seq > this.have && (entry.seq === this.have + 1 || this.#ahead.size < AHEAD_MOST)) {
      this.#ahead.set(entry.seq, entry);
    }
    return this.#apply();
  }

  /** Takes what was fetched after `have` or an earlier number. A gap before the first is what one may not read. */
  fill(entries: Entry[], head: number): { entries: Entry[]; skipped: boolean } {
    this.head = Math.max(this.head, head);
    const before = this.have;
    const first = entries[0];
    if (first) {
      if (first.seq > this.have + 1) this.have = first.seq - 1;
      for (const entry of entries) if (entry.seq > this.have) this.#ahead.set(entry.seq, entry);
    } else if (head > this.have) {
      this.have = Math.min(head, ...[...this.#ahead.keys()].map((seq) => seq - 1));
    }
    return { skipped: this.have !== before, entries: this.#apply() };
  }

  /** Takes notice that the log has come this far. */
  tell(head: number): void {
    this.head = Math.max(this.head, head);
  }

  #apply(): Entry[] {
    const applied: Entry[] = [];
    for (let entry = this.#next(); entry; entry = this.#next()) {
      applied.push(entry);
      this.have = entry.seq;
    }
    if (applied.length) for (const seq of this.#ahead.keys()) if (seq <= this.have) this.#ahead.delete(seq);
    return applied;
  }

  #next(): Entry | undefined {
    const entry = this.#ahead.get(this.have + 1);
    if (entry) this.#ahead.delete(entry.seq);
    return entry;
  }
}
