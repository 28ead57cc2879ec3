// What this page knows of one server, and what it can do there. It holds no element of the page and no Svelte.
import { browserName } from "./browser/browser";
import type { State } from "./wire/connection";
import type { AnyAnswer, AnyCommand, CredentialsTold, CredentialState, Entry, Help, HelpText, Members, Online, Page, Person, Range } from "./wire/frames";
import type { RoomState, Rooms, Told, Welcome } from "./wire/frames";
import { type Greeting, Line, type Port } from "./wire/line";
import type { Link } from "./rooms/places";
import { takeOrder } from "./rooms/preferences";
import { Refused, Requests } from "./wire/requests";
import { mentions, Room } from "./rooms/rooms";
import { stateAfter } from "./rooms/roomstate";
import { type Identity, isToken, randomText, Secrets } from "./wire/secrets";
import type { Kept } from "./wire/shelf";
import { Standing } from "./rooms/standing";
import { Topic } from "./topic";
import { isMessage } from "./log/view";
import { words } from "./words";

const PAGE = 60;
/** The address of the set-up. */
const OWNERS_FIRST = "#admin/start";
const FETCH = 200;
/** Whoever missed more than this reads the last page instead of all of it. */
const CATCH_UP_MOST = 600;
/** Codes that end a session, or a guest's secret: it lets nobody in any more. */
const GONE = new Set(["bad_token", "bad_credentials", "lost_account"]);

/** Something that the user should know: what a command answered, or what was refused. */
export interface Notice {
  id: number;
  text: string;
  bad: boolean;
}

export class Klatch {
  /** Whether one is in: before, the page asks for a name. */
  phase: "out" | "coming" | "in" = "out";
  state: State = { name: "connecting" };
  account: Person | null = null;
  version = "";
  /** Why one is out: what the server said, and its code. */
  said = "";
  saidCode = "";
  /** The link by which one comes in. */
  usedLink: Link | null = null;
  /** Where a link led, a room or what a new owner sees first, until it was shown. */
  leadsTo = "";
  /** One's role on the server. */
  role = "guest";
  rooms = new Map<string, Room>();
  people = new Map<string, Person>();
  standing = new Standing();
  notices: Notice[] = [];
  /** The room that is looked at: its name as in the address, `#lobby` or `@bob`. */
  at = "";

  readonly changed = new Topic();
  readonly roomsChanged = new Topic();
  readonly peopleChanged = new Topic();
  readonly outboxChanged = new Topic();
  readonly attendedChanged = new Topic();

  #identity: Identity | null = null;
  #greeting: Greeting = {};
  /** Whether somebody looks at this tab. */
  #seen = false;
  /** The rooms one was in before a link was used, by name. */
  #before = new Set(["#lobby"]);
  #line: Line | null = null;
  #requests = new Requests((request) => this.#line?.say(request));
  #epoch = "";
  #ownHave = 0;
  #noticed = 0;
  #listing: ReturnType<typeof setTimeout> | undefined;
  #readsDue = new Map<string, ReturnType<typeof setTimeout>>();
  #membersDue = new Map<string, ReturnType<typeof setTimeout>>();

  /** `dial` opens the way to the exchange, for each who comes in anew. */
  constructor(
    private readonly dial: () => Promise<Port>,
    readonly secrets = new Secrets(),
  ) {}

  // Coming and going.

  /** Comes back as whoever was in last; false if that was nobody. */
  comeBack(): boolean {
    const identity = this.secrets.current;
    if (identity) this.#come(identity, shown(identity));
    return identity !== null;
  }

  /** Another tab came in, or left: so does this one. */
  follow(): void {
    const identity = this.secrets.current;
    if (identity?.secret === this.#identity?.secret || (identity && this.phase === "coming")) return;
    if (this.phase !== "out") this.#end("");
    this.comeBack();
  }

  /** Comes in as a guest. */
  comeIn(name: string): void {
    const identity = this.secrets.of(name);
    this.#come(identity, shown(identity));
  }

  /** Signs in with the password of an account, or makes one by a link. The password is not kept: the server's token is. */
  signIn(name: string, password: string, link?: Link): void {
    this.usedLink = link ?? null;
    this.#come({ name, secret: "" }, link ? { name, password, link: link.secret } : { name, password });
  }

  /** Makes an account of the guest that one is, by a link where one was sent; throws Refused. */
  async register(password: string, link?: Link): Promise<void> {
    const cid = randomText();
    const before = new Set([...this.rooms.values()].map((room) => room.name));
    await this.act(link ? { op: "use_link", cid, link: link.secret, password } : { op: "register", cid, password });
    const name = this.account?.name ?? "";
    this.#end("");
    this.#before = before;
    this.signIn(name, password);
    this.usedLink = link ?? null;
  }

  /** Uses a link, when one has an account already, and goes where it leads; throws Refused. */
  async useLink(link: string): Promise<void> {
    const answer = await this.act({ op: "use_link", cid: randomText(), link });
    if (answer.op === "ack") this.#follow(answer.room);
  }

  /** Whether one has an account with a password. */
  get isRegistered(): boolean {
    return isToken(this.#identity?.secret ?? "");
  }

  /** One's sessions and tokens. */
  async credentials(): Promise<CredentialState[]> {
    return (await this.ask<CredentialsTold>({ op: "credentials" }))?.credentials ?? [];
  }

  /** Leaves; the same name brings the same guest back in this browser. */
  async signOut(): Promise<void> {
    const identity = this.#identity;
    if (this.isRegistered && this.state.name === "online") {
      const mine = (await this.credentials()).find((each) => each.mine);
      if (mine) this.#line?.say({ op: "sign_out", cid: randomText(), credential: mine.id });
    }
    if (identity && this.isRegistered) this.secrets.forget(identity);
    else this.secrets.signOut();
    this.#line?.leave();
    this.#end("");
  }

  /** The network is there again, or the page is looked at again. */
  wake(): void {
    this.#line?.wake();
  }

  /** Somebody looks at this tab, or away. */
  attend(seen = this.#seen): void {
    this.#seen = seen;
    this.#line?.attend((seen && this.current?.id) || "");
  }

  /** Whether this tab speaks for all tabs with the desktop. */
  get leads(): boolean {
    return this.#line?.leads ?? true;
  }

  /** The rooms that somebody looks at, in any tab, by id. */
  get attended(): readonly string[] {
    return this.#line?.attended ?? [];
  }

  /** Whether what waits to be sent outlives the browser's tabs. */
  get keepsWaiting(): boolean {
    return this.#line?.lasting ?? true;
  }

  /** The browser lays the page aside: nothing is kept for it meanwhile. */
  pause(): void {
    this.#line?.pause();
  }

  /** The page is there again. */
  resume(): void {
    if (this.phase !== "out") this.#line?.come(this.#greeting);
  }

  #come(identity: Identity, greeting: Greeting): void {
    this.#line?.close();
    this.#identity = identity;
    this.#greeting = { ...greeting, client: `Klatch in ${browserName()}` };
    this.phase = "coming";
    this.state = { name: "connecting" };
    this.said = this.saidCode = "";
    this.#line = new Line(this.dial(), {
      changed: (state) => this.#changeState(state),
      met: (welcome) => this.#meet(welcome),
      heard: (told) => this.#hear(told),
      settled: (kept, answer) => this.#takeOutcome(kept, answer),
      outbox: () => this.outboxChanged.tell(),
      tabs: () => this.attendedChanged.tell(),
    });
    this.#line.come(this.#greeting);
    this.changed.tell();
  }

  #end(said: string): void {
    this.#line?.close();
    this.#line = null;
    this.#requests = new Requests((request) => this.#line?.say(request));
    this.rooms.clear();
    this.people.clear();
    this.standing = new Standing();
    this.notices = [];
    this.account = this.#identity = null;
    this.#epoch = "";
    this.phase = "out";
    this.said = said;
    for (const topic of [this.changed, this.roomsChanged, this.peopleChanged, this.outboxChanged]) topic.tell();
  }

  #meet(welcome: Welcome): void {
    this.role = welcome.role ?? "guest";
    if (this.phase !== "in" && this.usedLink?.kind === "i") {
      this.leadsTo = welcome.rooms.find((room) => room.kind !== "direct" && !this.#before.has(room.name))?.name ?? "";
    }
    if (this.phase !== "in" && this.usedLink?.kind === "owner") this.leadsTo = OWNERS_FIRST;
    const restored = this.#epoch !== "" && this.#epoch !== welcome.epoch;
    const first = this.phase !== "in";
    this.#epoch = welcome.epoch;
    this.version = welcome.version;
    this.account = welcome.account;
    this.standing.meet(welcome);
    this.people.set(welcome.account.id, welcome.account);
    if (first || restored) this.#ownHave = welcome.head;
    if (first) {
      const secret = welcome.token ?? this.#identity?.secret ?? "";
      this.#identity = { name: welcome.account.name, secret };
      this.#greeting = { ...shown(this.#identity), client: this.#greeting.client };
      this.secrets.keep(this.#identity);
      this.phase = "in";
    } else if (welcome.head > this.#ownHave) {
      void this.#mendOwn();
    }
    this.#takeRooms(welcome.rooms, (room) => {
      // What was read while there was no connection.
      const told = welcome.rooms.find((state) => state.id === room.id);
      if (told && room.state.read > told.read) this.#tellRead(room);
      const have = room.follower?.have ?? 0;
      if (room.follower && (restored || room.state.head < have || room.state.head - have > CATCH_UP_MOST)) room.shut();
    });
    this.#requests.sendAgain();
    void this.ask<Online>({ op: "online" }).then((online) => {
      // Who went meanwhile is not in the list.
      const here = new Set(online?.people.map((person) => person.id));
      for (const [id, person] of this.people) if (online && !online.more && !here.has(id)) this.people.set(id, { ...person, state: "offline" });
      this.#notePeople(online?.people ?? []);
    });
    const room = this.current;
    if (room && !room.view) this.open(room);
    this.attend();
    this.changed.tell();
  }

  #changeState(state: State): void {
    this.state = state;
    if (state.name === "closed") {
      // A reload must not end in the same refusal for ever.
      if (GONE.has(state.code) && this.#identity) this.secrets.forget(this.#identity);
      // A link that does nothing any more leaves whoever was in here before.
      else if (this.phase === "coming" && !this.usedLink) this.secrets.signOut();
      this.#end(state.code === "lost_account" ? words.told.lostAccount : state.reason);
      this.saidCode = state.code;
      return;
    }
    if (this.phase === "coming" && state.name === "offline") this.said = state.reason;
    this.changed.tell();
  }

  // Rooms.

  /** The room that is looked at, if one is in it. */
  get current(): Room | null {
    return this.find(this.at);
  }

  find(name: string): Room | null {
    for (const room of this.rooms.values()) if (room.name === name || room.id === name) return room;
    return null;
  }

  /** How much there is to read, everywhere. */
  get unread(): { messages: number; mentions: number } {
    let messages = 0;
    let named = 0;
    for (const { state, isDirect } of this.rooms.values()) {
      messages += state.unread;
      named += isDirect ? state.unread : state.mentions;
    }
    return { messages, mentions: named };
  }

  /** Looks at a room. */
  look(name: string): void {
    const before = this.current;
    if (before && before.name !== name) before.newAfter = null;
    this.at = name;
    const room = this.current;
    if (room) this.open(room);
    this.attend();
    this.roomsChanged.tell();
    this.changed.tell();
  }

  /** Fetches a room's last page, unless it is held. */
  open(room: Room): void {
    if (room.newAfter === null && room.state.unread > 0 && room.state.read > 0) room.newAfter = room.state.read;
    this.#askMembers(room, 0);
    if (room.view || room.loading === "first") {
      room.changed.tell();
      return;
    }
    room.loading = "first";
    room.fault = "";
    room.changed.tell();
    void this.ask<Page>({ op: "history", room: room.id, limit: PAGE }).then((page) => {
      room.loading = "";
      if (page) this.#afterEntries(room, room.open(page));
      else room.fault = this.state.name === "online" ? words.room.fault : "";
      if (room.follower) {
        room.follower.tell(room.state.head);
        this.#mend(room);
      }
      room.changed.tell();
    });
  }

  /** Notes that the room was read to its end. */
  read(room: Room): void {
    const seq = room.state.head;
    if (seq <= room.state.read) return;
    room.markRead(seq);
    room.state = { ...room.state, unread: 0, mentions: 0 };
    this.roomsChanged.tell();
    clearTimeout(this.#readsDue.get(room.id));
    this.#readsDue.set(room.id, setTimeout(() => this.#tellRead(room), 300));
  }

  #tellRead(room: Room): void {
    this.#line?.say({ op: "read", cid: randomText(), room: room.id, seq: room.state.read });
  }

  /** The rooms that one may join. */
  async joinable(): Promise<RoomState[]> {
    const answer = await this.ask<Rooms>({ op: "rooms" });
    return answer?.rooms ?? [];
  }

  /** Does something with a room; throws Refused. */
  act(command: AnyCommand): Promise<AnyAnswer> {
    return this.#requests.act(command);
  }

  // Speaking.

  /** What is written and not in the room yet, of a room. */
  waiting(room: string, id?: string): Kept[] {
    return this.#line?.kept.filter((kept) => kept.room === room || kept.room === id) ?? [];
  }

  get waitingCount(): number {
    return this.#line?.kept.filter((kept) => kept.refusal === undefined && kept.seq === undefined).length ?? 0;
  }

  /**
   * Says what a person typed; what begins with a slash is the server's to read. False where nothing was done: a message
   * waits for the server to be back, but a command that ran much later would surprise whoever typed it.
   */
  say(room: string, text: string, replyTo: number | null): boolean {
    const cid = randomText();
    // What begins with two slashes is a message that begins with one.
    const isCommand = /^\/(?!\/)/.test(text);
    const words = text.replace(/^\/\//, "/");
    if (/^\/(quit|exit)\s*$/.test(text)) void this.signOut();
    else if (isCommand && this.state.name !== "online") return false;
    else if (isCommand) this.#line?.keep(room, { op: "type", cid, room, text });
    else if (replyTo === null) this.#line?.keep(room, { op: "send", cid, room, text: words });
    else this.#line?.keep(room, { op: "send", cid, room, text: words, reply_to: replyTo });
    return true;
  }

  /** Says something with files that are there already. */
  sayWith(room: string, cid: string, text: string, replyTo: number | null, files: string[]): void {
    const answers = replyTo === null ? {} : { reply_to: replyTo };
    this.#line?.keep(room, { op: "send", cid, room, text, ...answers, ...(files.length ? { files } : {}) });
  }

  /** Changes, takes back or reacts to a message, now or once there is a connection. */
  amend(room: Room, command: AnyCommand): void {
    this.#line?.keep(room.id, command);
  }

  retry(cid: string): void {
    this.#line?.retry(cid);
  }

  discard(cid: string): void {
    this.#line?.drop(cid);
  }

  /** Hints that one is typing. */
  hintTyping(room: Room): void {
    this.#line?.say({ op: "typing", room: room.id });
  }

  /** What can be typed. */
  async commands(): Promise<HelpText["commands"]> {
    return (await this.ask<HelpText>({ op: "help" } as Help))?.commands ?? [];
  }

  tell(text: string, bad = false): void {
    this.notices = [...this.notices.slice(-3), { id: ++this.#noticed, text, bad }];
    this.changed.tell();
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
    this.changed.tell();
  }

  /** The name to show of somebody. */
  nameOf(person: { id: string; name: string }): string {
    return this.people.get(person.id)?.display_name || person.name;
  }

  // Hearing.

  #hear(told: Told): void {
    switch (told.op) {
      case "entry":
        this.#takeEntries(told.room, [told]);
        return;
      case "heads":
        for (const [log, head] of Object.entries(told.rooms)) this.#tellHead(log, head);
        return;
      case "presence":
        this.#notePeople(told.people);
        return;
      case "paused":
        this.standing.hear(told);
        this.changed.tell();
        return;
      case "typing":
        if (told.person.id !== this.account?.id && !this.standing.blocked.has(told.person.id)) this.rooms.get(told.room)?.noteTyping(told.person, Date.now());
        return;
      case "error":
        this.#requests.settle(told.cid ?? told.ref, told);
        return;
      case "ack":
        this.#requests.settle(told.cid, told);
        return;
      case "welcome":
      case "bye":
      case "pong":
        return;
      default:
        this.#requests.settle("ref" in told ? told.ref : undefined, told);
    }
  }

  /** What came of something that waited to be sent. */
  #takeOutcome(kept: Kept, answer: AnyAnswer): void {
    if (answer.op === "ack") {
      const room = this.rooms.get(answer.room);
      if (room?.view && room.view.as_of >= answer.seq) this.#line?.drop(kept.cid);
      if (kept.command.op === "type" && /^\/(join|create|msg|p)\b/.test(kept.command.text)) this.#follow(answer.room);
      if (kept.room.startsWith("@") && this.at === kept.room) this.#follow(answer.room);
    } else if (kept.command.op === "type") {
      const said = spellAnswer(answer);
      if (said) this.tell(said, answer.op === "error");
    }
  }

  /** Goes to a room as soon as it is there. */
  #follow(id: string, tries = 40): void {
    const room = this.rooms.get(id);
    if (room) this.goTo(room.name);
    else if (tries) setTimeout(() => this.#follow(id, tries - 1), 50);
  }

  /** Set by the page: somebody else said something just now; whether one is named. */
  onMessage: (room: Room, entry: Entry, named: boolean) => void = () => undefined;

  /** Set by the page: shows a room and puts it into the address. */
  goTo: (name: string) => void = (name) => this.look(name);

  #takeEntries(log: string, entries: Entry[]): void {
    if (log === this.account?.id) {
      for (const entry of entries) this.#takeOwn(entry);
      return;
    }
    const room = this.rooms.get(log);
    if (!room) {
      this.#listSoon();
      return;
    }
    for (const entry of entries) {
      const before = room.state.head;
      const applied = room.take(entry);
      if (entry.seq > before) this.#count(room, entry);
      if (!room.follower) this.#alter(room, entry);
      this.#afterEntries(room, applied);
    }
    this.#mend(room);
  }

  /** Counts what is not read. */
  #count(room: Room, entry: Entry): void {
    const own = entry.author.id === this.account?.id;
    if (isMessage(entry.body)) room.spokenAt = entry.ts;
    if (own && isMessage(entry.body)) room.markRead(entry.seq);
    if (!isMessage(entry.body) || own) return;
    const named = mentions(entry.body.text, this.account?.name ?? "");
    const { unread, mentions: before } = room.state;
    room.state = { ...room.state, unread: Math.min(100, unread + 1), mentions: Math.min(100, before + (named ? 1 : 0)) };
    this.onMessage(room, entry, named);
    this.roomsChanged.tell();
  }

  /** What an entry makes of the room as it is listed. */
  #alter(room: Room, entry: Entry): void {
    const state = stateAfter(room.state, entry, this.account?.id ?? "");
    if (state === room.state) return;
    room.state = state;
    this.roomsChanged.tell();
    room.changed.tell();
  }

  #afterEntries(room: Room, entries: Entry[]): void {
    for (const entry of entries) {
      const { cid, author, body } = entry;
      this.#alter(room, entry);
      if (cid !== undefined && author.id === this.account?.id) this.#line?.drop(cid);
      if (["join", "leave", "kick", "role", "invite", "ban", "erased"].includes(body.kind)) this.#askMembers(room, 300);
      if (body.kind === "rename_room" || body.kind === "delete_room") this.#listSoon(0);
    }
  }

  /** An entry of one's own log. */
  #takeOwn(entry: Entry): void {
    if (entry.seq <= this.#ownHave) return;
    if (entry.seq > this.#ownHave + 1) this.#listSoon();
    this.#ownHave = entry.seq;
    const body = entry.body;
    if (this.standing.take(entry)) this.changed.tell();
    switch (body.kind) {
      case "entered":
      case "invited":
        this.#listSoon(0);
        if (body.kind === "invited") this.tell(words.told.invited(body.room.name));
        break;
      case "preferred": {
        const room = this.rooms.get(body.room.id);
        if (room) room.state = { ...room.state, star: body.star ?? false, notify: body.notify ?? "" };
        this.roomsChanged.tell();
        break;
      }
      case "arranged":
        takeOrder(this, body.rooms);
        break;
      case "departed":
        this.rooms.delete(body.room.id);
        this.roomsChanged.tell();
        this.changed.tell();
        break;
      case "server_role":
        this.role = body.role;
        this.changed.tell();
        break;
      case "renamed":
        if (this.account && this.#identity) {
          this.account = { ...this.account, name: body.name };
          this.#identity = { ...this.#identity, name: body.name };
          this.#greeting = { ...shown(this.#identity), client: this.#greeting.client };
          this.secrets.keep(this.#identity);
        }
        this.changed.tell();
        break;
      case "display":
        if (this.account) this.account = { ...this.account, display_name: body.name };
        this.changed.tell();
        break;
      case "status":
        if (this.account) {
          const state = body.away ? "away" : "online";
          this.account = { ...this.account, status: body.text ?? "", state };
        }
        this.changed.tell();
        break;
      case "read": {
        this.rooms.get(body.room)?.markRead(body.seq);
        this.roomsChanged.tell();
        break;
      }
    }
  }

  #tellHead(log: string, head: number): void {
    const room = this.rooms.get(log);
    if (log === this.account?.id) {
      if (head > this.#ownHave) void this.#mendOwn();
    } else if (!room) {
      this.#listSoon();
    } else if (room.follower) {
      room.follower.tell(head);
      this.#mend(room);
    } else if (head > room.state.head) {
      this.#listSoon();
    }
  }

  /** Asks for what a room misses. */
  #mend(room: Room): void {
    if (!room.follower?.behind || room.loading === "missing") return;
    room.loading = room.loading || "missing";
    void this.ask<Range>({ op: "fetch", room: room.id, after: room.follower.have, limit: FETCH }).then((range) => {
      if (room.loading === "missing") room.loading = "";
      if (!range) return;
      this.#afterEntries(room, room.fill(range.entries, range.head));
      this.#mend(room);
    });
  }

  async #mendOwn(): Promise<void> {
    const log = this.account?.id;
    if (!log) return;
    const range = await this.ask<Range>({ op: "fetch", room: log, after: this.#ownHave, limit: FETCH });
    for (const entry of range?.entries ?? []) this.#takeOwn(entry);
    // What one may not read is passed over.
    if (range && !range.more) this.#ownHave = Math.max(this.#ownHave, range.head);
    else if (range) void this.#mendOwn();
  }

  /** Asks for the list of rooms, once for many reasons. */
  #listSoon(within = 300): void {
    clearTimeout(this.#listing);
    this.#listing = setTimeout(() => {
      void this.joinable().then((states) => {
        if (states.length) this.#takeRooms(states.filter((state) => state.role !== null));
      });
    }, within);
  }

  #takeRooms(states: RoomState[], met: (room: Room) => void = () => undefined): void {
    const wanted = new Set(states.map((state) => state.id));
    const first = this.rooms.size === 0;
    for (const id of this.rooms.keys()) if (!wanted.has(id)) this.rooms.delete(id);
    for (const [place, state] of states.entries()) {
      const room = this.rooms.get(state.id);
      if (room) {
        // What was read here is ahead of what the server was told of it.
        const { read, unread, mentions: named } = room.state;
        room.state = read > state.read ? { ...state, read, unread, mentions: named } : state;
        met(room);
        room.follower?.tell(state.head);
        this.#mend(room);
        room.changed.tell();
      } else {
        const fresh = new Room(state);
        // The server lists direct rooms by who spoke last; one that is new was begun just now.
        fresh.spokenAt = first ? -place : Date.now();
        this.rooms.set(state.id, fresh);
      }
    }
    const current = this.current;
    if (current && !current.view) this.open(current);
    this.roomsChanged.tell();
    this.changed.tell();
  }

  #askMembers(room: Room, within: number): void {
    clearTimeout(this.#membersDue.get(room.id));
    const ask = async () => {
      const members = await this.ask<Members>({ op: "members", room: room.id });
      if (!members) return;
      room.people = members.people;
      this.#notePeople(members.people);
      room.changed.tell();
    };
    this.#membersDue.set(room.id, setTimeout(() => void ask(), within));
  }

  #notePeople(people: Person[]): void {
    const current = this.current;
    const members = new Set(current?.people.map((person) => person.id));
    for (const person of people) {
      const before = this.people.get(person.id);
      if (before && before.name !== person.name) this.#listSoon();
      if (current && !current.isDirect && !members.has(person.id) && !before) this.#askMembers(current, 500);
      this.people.set(person.id, { ...before, ...person, role: undefined });
    }
    this.peopleChanged.tell();
  }

  /** The answer to a query; throws Refused. */
  inquire<Answer extends AnyAnswer>(query: Parameters<Requests["ask"]>[0]): Promise<Answer> {
    return this.#requests.ask<Answer>(query);
  }

  /** The answer to a query, or null where it was refused. */
  async ask<Answer extends AnyAnswer>(query: Parameters<Requests["ask"]>[0]): Promise<Answer | null> {
    try {
      return await this.query<Answer>(query);
    } catch (fault) {
      if (fault instanceof Refused) return null;
      throw fault;
    }
  }

  /** The answer to a query; throws Refused. */
  query<Answer extends AnyAnswer>(query: Parameters<Requests["ask"]>[0]): Promise<Answer> {
    return this.#requests.ask<Answer>(query);
  }
}

/** What one shows the server to be let in as the same again. */
function shown({ name, secret }: Identity): Greeting {
  return isToken(secret) ? { token: secret } : { name, secret };
}

/** What the server answered to a slash command, as people read it. */
export function spellAnswer(answer: AnyAnswer): string {
  switch (answer.op) {
    case "error":
      return answer.message;
    case "online":
      return words.told.online(answer.people.map((person) => person.name));
    case "rooms":
      return answer.rooms.map((room) => (room.topic ? `${room.name}: ${room.topic}` : room.name)).join("\n");
    case "help":
      return answer.commands.map((command) => `${command.usage}: ${command.does}`).join("\n");
    default:
      return "";
  }
}
