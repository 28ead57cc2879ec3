// A party line: one connection and one outbox that all tabs share in which the same person is in.
import { Connection, type OpenSocket, type State } from "./connection";
import type { AnyAnswer, Entry, Myself, Request, Rooms, Told, Welcome } from "./frames";
import type { Greeting, News } from "./line";
import { Outbox } from "./outbox";
import { LATER, Requests } from "./requests";
import { isToken } from "./secrets";
import type { Kept, Shelf } from "./shelf";

/** One tab at the line. */
export interface Tab {
  tell(news: News): void;
}

interface Seat {
  /** The room that is looked at in this tab, or "". */
  room: string;
  /** What is told after the welcome, while that is being asked for; null once it came. */
  held: News[] | null;
}

export class PartyLine {
  #seats = new Map<Tab, Seat>();
  #connection: Connection;
  #welcome: Welcome | null = null;
  #outbox: Outbox | null = null;
  /** Who asked what is not answered yet, by cid or ref. */
  #asking = new Map<string, Tab>();
  /** Who gave what is in the outbox, by cid. */
  #writers = new Map<string, Tab>();
  #own: Requests;
  #speaker: Tab | null = null;
  #over = false;

  constructor(
    url: string,
    private readonly shelf: Shelf,
    private greeting: Greeting,
    socket?: OpenSocket,
  ) {
    this.#connection = new Connection(
      url,
      {
        hello: () => ({ op: "hello", ...this.greeting }),
        met: (welcome) => this.#meet(welcome),
        heard: (told) => this.#hear(told),
        lost: () => {
          this.#asking.clear();
          this.#outbox?.lose();
        },
        changed: (state) => this.#change(state),
      },
      socket,
    );
    this.#own = new Requests((request) => this.#connection.send(request));
  }

  get key(): string {
    return keyOf(this.greeting);
  }

  get isEmpty(): boolean {
    return this.#seats.size === 0;
  }

  /** Whether nobody can come in by it any more. */
  get isOver(): boolean {
    return this.#over;
  }

  /** A tab comes to the line. */
  join(tab: Tab): void {
    const { state } = this.#connection;
    this.#seats.set(tab, { room: "", held: null });
    this.#tellTabs();
    tab.tell({ tell: "state", state });
    this.#tellOutbox(tab);
    if (this.#welcome && state.name === "online") void this.#introduce(tab);
    else this.#connection.open();
  }

  /** A tab is gone; the last one ends the connection. */
  part(tab: Tab): void {
    this.#seats.delete(tab);
    if (this.isEmpty) this.#close();
    else this.#tellTabs();
  }

  /** Whoever is in leaves, in all tabs. */
  end(code = "left"): void {
    this.#close();
    this.#tellAll({ tell: "state", state: { name: "closed", reason: "", code } });
  }

  request(tab: Tab, request: Request): void {
    if (!this.#connection.send(request)) return;
    const key = "cid" in request ? request.cid : "ref" in request ? request.ref : undefined;
    if (key) this.#asking.set(key, tab);
  }

  keep(tab: Tab, room: string, command: Kept["command"]): void {
    this.#writers.set(command.cid, tab);
    this.#outbox?.add(room, command);
  }

  retry(tab: Tab, cid: string): void {
    const again = this.#outbox?.retry(cid);
    if (again) this.#writers.set(again.cid, tab);
  }

  drop(cid: string): void {
    this.#writers.delete(cid);
    this.#outbox?.drop(cid);
  }

  wake(): void {
    this.#connection.wake();
  }

  /** A tab looks at a room, or away. The tab that was looked at last speaks for all. */
  attend(tab: Tab, room: string): void {
    const seat = this.#seats.get(tab);
    if (!seat) return;
    seat.room = room;
    if (room) this.#speaker = tab;
    this.#tellTabs();
  }

  #meet(welcome: Welcome): void {
    if (this.#welcome && this.#welcome.account.id !== welcome.account.id) {
      // What waits is not this one's to say.
      this.end("lost_account");
      return;
    }
    const first = this.#welcome === null;
    this.#welcome = welcome;
    if (welcome.token !== undefined) {
      const { client } = this.greeting;
      this.greeting = client === undefined ? { token: welcome.token } : { token: welcome.token, client };
    }
    for (const [tab, seat] of this.#seats) {
      seat.held = null;
      tab.tell({ tell: "met", welcome });
    }
    if (first) this.#openOutbox(welcome);
    else this.#outbox?.resume();
    this.#own.sendAgain();
  }

  #openOutbox({ account }: Welcome): void {
    const { key } = this;
    // A guest's secret tells apart who had the same id on a server that is gone; a session's token changes.
    const owner = `${account.id}-${isToken(key) ? "account" : key.slice(0, 12)}`;
    this.#outbox = new Outbox(this.shelf, owner, (request) => this.#connection.send(request), () => this.#tellOutbox());
    void this.#outbox.adopt();
  }

  /** Welcomes a tab that came later, as the server would: what happens meanwhile it is told afterwards. */
  async #introduce(tab: Tab): Promise<void> {
    const held: News[] = [];
    const seat = this.#seats.get(tab);
    if (!seat) return;
    seat.held = held;
    const asked = [this.#own.ask<Myself>({ op: "me" }), this.#own.ask<Rooms>({ op: "rooms" })] as const;
    const [self, rooms] = await Promise.all(asked).catch(() => []);
    // The server itself may have said welcome meanwhile, after a loss.
    if (seat.held !== held || !this.#welcome || !self || !rooms) return;
    seat.held = null;
    const { op: _op, ref: _ref, ...me } = self;
    // How one stands is told anew: what it leaves out does not hold any more.
    const { token: _token, quiet_until: _quiet, muted: _muted, guests_write: _guests, shares_reading: _shares, blocked: _blocked, invitations: _invitations, ...kept } = this.#welcome;
    const mine = rooms.rooms.filter((room) => room.role !== null);
    tab.tell({ tell: "met", welcome: { ...kept, ...me, rooms: mine } });
    for (const news of held) tab.tell(news);
  }

  #hear(told: Told): void {
    if (told.op === "paused" && this.#welcome) this.#welcome = { ...this.#welcome, paused: told.paused };
    const key = askedBy(told);
    if (key === undefined) {
      this.#tellAll({ tell: "heard", told });
      if (told.op === "entry") this.#release(told);
      return;
    }
    const answer = told as AnyAnswer;
    if (this.#own.settle(key, answer)) return;
    const kept = this.#outbox?.settle(key, answer);
    if (kept) {
      if (answer.op === "error" && LATER.has(answer.code)) return;
      this.#tell(this.#writers.get(key), { tell: "settled", kept, answer });
      this.#writers.delete(key);
      return;
    }
    this.#tell(this.#asking.get(key), { tell: "heard", told });
    this.#asking.delete(key);
  }

  /** All tabs have the entry of what was stored: it need not be kept in sight any more. */
  #release({ cid, author }: Entry): void {
    if (cid === undefined || author.id !== this.#welcome?.account.id) return;
    if (this.#outbox?.kept.some((kept) => kept.cid === cid && kept.seq !== undefined)) this.#outbox.drop(cid);
  }

  #change(state: State): void {
    if (state.name === "closed") this.#over = true;
    this.#tellAll({ tell: "state", state });
  }

  #close(): void {
    this.#over = true;
    this.#connection.close();
  }

  #tellOutbox(tab?: Tab): void {
    const news: News = { tell: "outbox", kept: [...(this.#outbox?.kept ?? [])], lasting: this.#outbox?.lasting ?? true };
    if (tab) tab.tell(news);
    else this.#tellAll(news);
  }

  #tellTabs(): void {
    const attended = [...new Set([...this.#seats.values()].map((seat) => seat.room).filter(Boolean))];
    if (!this.#speaker || !this.#seats.has(this.#speaker)) this.#speaker = this.#seats.keys().next().value ?? null;
    for (const tab of this.#seats.keys()) tab.tell({ tell: "tabs", leads: tab === this.#speaker, attended });
  }

  #tellAll(news: News): void {
    for (const tab of this.#seats.keys()) this.#tell(tab, news);
  }

  #tell(tab: Tab | undefined, news: News): void {
    const seat = tab && this.#seats.get(tab);
    if (!seat) return;
    if (seat.held && news.tell === "heard") seat.held.push(news);
    else tab.tell(news);
  }
}

/** What all who belong to one line show: a guest's secret, or a session's token. */
export function keyOf({ secret, token }: Greeting): string {
  return secret ?? token ?? "";
}

/** The cid or ref of what is answered; nothing for what all are told. */
function askedBy(told: Told): string | undefined {
  if (told.op === "entry") return undefined;
  const cid = "cid" in told ? told.cid : undefined;
  return cid ?? ("ref" in told ? told.ref : undefined);
}
