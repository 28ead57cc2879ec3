// What was written and must arrive: on the shelf before it is tried, in order, each thing once however often it is sent.
import type { AnyAnswer, Request } from "./frames";
import { LATER } from "./requests";
import { randomText } from "./secrets";
import type { Kept, Shelf } from "./shelf";

const WAIT = 1_000;

/** One thing is under way at a time: two could be refused and let through in the wrong order. */
export class Outbox {
  #kept: Kept[] = [];
  #flying: string | null = null;
  #held: ReturnType<typeof setTimeout> | undefined;
  #ready: Promise<unknown> = Promise.resolve();
  #last = 0;
  #lasting = true;
  /** What was added and is not on the shelf yet. */
  #unshelved = new Set<string>();

  constructor(
    private readonly shelf: Shelf,
    private readonly owner: string,
    private readonly send: (request: Request) => boolean,
    private readonly changed: () => void,
    private readonly clock: () => number = Date.now,
  ) {}

  /** All that is not stored yet, in order; what was refused stays until its author decides. */
  get kept(): readonly Kept[] {
    return this.#kept;
  }

  /** Whether what waits outlives the browser's tabs: not where the browser keeps nothing, or has no room left. */
  get lasting(): boolean {
    return this.#lasting;
  }

  /** Takes over what an earlier page left. */
  async adopt(): Promise<void> {
    this.#lasting = this.shelf.lasting;
    const found = await this.shelf.all(this.owner).catch(() => this.#fail());
    const known = new Set(this.#kept.map((kept) => kept.cid));
    const left = found.filter((kept) => !known.has(kept.cid) && kept.command.op !== "type");
    // A command is not run for somebody who left before it was.
    for (const kept of found) if (kept.command.op === "type" && !known.has(kept.cid)) void this.shelf.remove(kept.cid).catch(() => undefined);
    this.#kept = [...left, ...this.#kept];
    this.#last = Math.max(this.#last, ...left.map((kept) => kept.at));
    this.changed();
    this.#go();
  }

  /** Gives something to be sent. It is shown at once, and tried once it is on the shelf. */
  add(room: string, command: Kept["command"]): Kept {
    this.#last = Math.max(this.clock(), this.#last + 1);
    const kept: Kept = { cid: command.cid, owner: this.owner, at: this.#last, room, command };
    this.#kept = [...this.#kept, kept];
    this.#unshelved.add(kept.cid);
    this.changed();
    this.#ready = this.#ready.then(() => this.shelf.put(kept)).catch(() => this.#fail());
    void this.#ready.then(() => {
      this.#unshelved.delete(kept.cid);
      this.#go();
    });
    return kept;
  }

  /** There is a connection again: what it left unanswered goes first. */
  resume(): void {
    this.#flying = null;
    clearTimeout(this.#held);
    this.#held = undefined;
    this.#go();
  }

  /** The connection is gone. */
  lose(): void {
    this.#flying = null;
  }

  /** Takes an answer, if it is one to something of here; gives what it answers. */
  settle(cid: string | undefined, answer: AnyAnswer): Kept | null {
    const kept = this.#kept.find((each) => each.cid === cid);
    if (!kept) return null;
    if (this.#flying === kept.cid) this.#flying = null;
    if (answer.op === "error" && LATER.has(answer.code)) {
      this.#held = setTimeout(() => {
        this.#held = undefined;
        this.#go();
      }, answer.retry_after ?? WAIT);
      return kept;
    }
    if (answer.op === "error" && kept.command.op !== "type") {
      this.#replace({ ...kept, refusal: answer.message });
    } else if (answer.op === "ack" && answer.seq && kept.command.op === "send") {
      // It is stored; it stays in sight until the room holds it.
      void this.shelf.remove(kept.cid).catch(() => undefined);
      this.#kept = this.#kept.map((each) => (each.cid === kept.cid ? { ...kept, room: answer.room, seq: answer.seq } : each));
      this.changed();
    } else {
      this.drop(kept.cid);
    }
    this.#go();
    return kept;
  }

  /** The room holds it now, or nobody wants it any more. */
  drop(cid: string): void {
    const kept = this.#kept.find((each) => each.cid === cid);
    if (!kept) return;
    this.#kept = this.#kept.filter((each) => each !== kept);
    if (this.#flying === cid) this.#flying = null;
    if (kept.seq === undefined) void this.#ready.then(() => this.shelf.remove(cid)).catch(() => undefined);
    this.changed();
    this.#go();
  }

  /** Tries anew what was refused. The server's no to the old id is final, so it gets a new one. */
  retry(cid: string): Kept | null {
    const kept = this.#kept.find((each) => each.cid === cid);
    if (!kept?.refusal) return null;
    this.drop(cid);
    return this.add(kept.room, { ...kept.command, cid: randomText() });
  }

  #replace(kept: Kept): void {
    this.#kept = this.#kept.map((each) => (each.cid === kept.cid ? kept : each));
    void this.shelf.put(kept).catch(() => this.#fail());
    this.changed();
  }

  /** The shelf takes or gives nothing: what is written lasts as long as this outbox, and people are told. */
  #fail(): Kept[] {
    this.#lasting = false;
    this.changed();
    return [];
  }

  #go(): void {
    if (this.#flying || this.#held) return;
    const next = this.#kept.find((kept) => kept.refusal === undefined && kept.seq === undefined);
    if (!next || this.#unshelved.has(next.cid)) return;
    if (this.send(next.command)) this.#flying = next.cid;
  }
}
