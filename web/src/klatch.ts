// What this page knows of one server, and what it can do there. It holds no element of the page and no Svelte.
import { Connection, type State } from "./connection";
import type { AnyAnswer, AnyCommand, CredentialsTold, CredentialState, Cursors, Entry, Hello, Help, HelpText, Members, Online, Page, Person, Range } from "./frames";
import type { RoomState, Rooms, Told, Welcome } from "./frames";
import { Outbox } from "./outbox";
import type { Link } from "./places";
import { Refused, Requests } from "./requests";
import { mentions, Room } from "./rooms";
import { type Identity, isToken, randomText, Secrets } from "./secrets";
import { type Kept, openShelf, type Shelf } from "./shelf";
import { Topic } from "./topic";
import { isMessage } from "./view";
import { words } from "./words";

const PAGE = 60;
const FETCH = 200;
/** Whoever missed more than this reads the last page instead of all of it. */
const CATCH_UP_MOST = 600;
/** Codes that end a session, or a guest's secret: it lets nobody in any more. */
const GONE = new Set(["bad_token", "bad_credentials"]);

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
  /** The room that a link led into, until it was shown. */
  leadsTo = "";
  /** One's role on the server. */
  role = "guest";
  rooms = new Map<string, Room>();
  people = new Map<string, Person>();
  notices: Notice[] = [];
  /** The room that is looked at: its name as in the address, `#lobby` or `@bob`. */
  at = "";

  readonly changed = new Topic();
  readonly roomsChanged = new Topic();
  readonly peopleChanged = new Topic();
  readonly outboxChanged = new Topic();

  #identity: Identity | null = null;
  #greeting: Partial<Hello> = {};
  #leaving = false;
  /** The rooms one was in before a link was used, by name. */
  #before = new Set(["#lobby"]);
  #connection: Connection | null = null;
  #requests = new Requests((request) => this.#connection?.send(request) ?? false);
  #outbox: Outbox | null = null;
  #shelf: Promise<Shelf>;
  #epoch = "";
  #ownHave = 0;
  #noticed = 0;
  #listing: ReturnType<typeof setTimeout> | undefined;
  #reading: ReturnType<typeof setTimeout> | undefined;
  #membersDue = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(
    private readonly url: string,
    readonly secrets = new Secrets(),
    shelf: Promise<Shelf> = openShelf(),
  ) {
    this.#shelf = shelf;
  }

  // Coming and going.

  /** Comes back as whoever was in last; false if that was nobody. */
  comeBack(): boolean {
    const identity = this.secrets.current;
    if (identity) this.#come(identity, shown(identity));
    return identity !== null;
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
    const name = this.#identity?.name ?? "";
    if (this.isRegistered && this.state.name === "online") {
      const mine = (await this.credentials()).find((each) => each.mine);
      // The server ends the connection of a session that is signed out, perhaps before it says so.
      this.#leaving = true;
      if (mine) this.#connection?.send({ op: "sign_out", cid: randomText(), credential: mine.id });
    }
    if (this.isRegistered) this.secrets.forget(name);
    else this.secrets.signOut();
    this.#end("");
  }

  /** The network is there again, or the page is looked at again. */
  wake(): void {
    this.#connection?.wake();
  }

  #come(identity: Identity, greeting: Partial<Hello>): void {
    this.#connection?.close();
    this.#identity = identity;
    this.#greeting = greeting;
    this.#leaving = false;
    this.phase = "coming";
    this.said = this.saidCode = "";
    this.#connection = new Connection(this.url, {
      hello: () => this.#hello(),
      met: (welcome) => this.#meet(welcome),
      heard: (told) => this.#hear(told),
      lost: () => this.#outbox?.lose(),
      changed: (state) => this.#changeState(state),
    });
    this.#connection.open();
    this.changed.tell();
  }

  #end(said: string): void {
    this.#connection?.close();
    this.#connection = null;
    this.#outbox = null;
    this.#requests = new Requests((request) => this.#connection?.send(request) ?? false);
    this.rooms.clear();
    this.people.clear();
    this.notices = [];
    this.account = null;
    this.#epoch = "";
    this.phase = "out";
    this.said = said;
    for (const topic of [this.changed, this.roomsChanged, this.peopleChanged, this.outboxChanged]) topic.tell();
  }

  #hello(): Hello {
    const hello: Hello = { op: "hello", ...this.#greeting, client: `Klatch in ${browserName()}` };
    const cursors = this.#cursors();
    return cursors ? { ...hello, cursors } : hello;
  }

  #cursors(): Cursors | null {
    if (!this.account) return null;
    const rooms: Record<string, number> = { [this.account.id]: this.#ownHave };
    for (const room of this.rooms.values()) if (room.follower) rooms[room.id] = room.follower.have;
    return { epoch: this.#epoch, rooms };
  }

  #meet(welcome: Welcome): void {
    if (this.account && this.account.id !== welcome.account.id) {
      this.secrets.forget(this.account.name);
      this.#end(words.told.lostAccount);
      return;
    }
    this.role = welcome.role ?? "guest";
    if (this.phase !== "in" && this.usedLink?.kind === "i") {
      this.leadsTo = welcome.rooms.find((room) => room.kind !== "direct" && !this.#before.has(room.name))?.name ?? "";
    }
    const restored = this.#epoch !== "" && this.#epoch !== welcome.epoch;
    const first = this.phase !== "in";
    this.#epoch = welcome.epoch;
    this.version = welcome.version;
    this.account = welcome.account;
    this.people.set(welcome.account.id, welcome.account);
    if (first || restored) this.#ownHave = welcome.head;
    if (first) {
      const secret = welcome.token ?? this.#identity?.secret ?? "";
      this.#identity = { name: welcome.account.name, secret };
      this.#greeting = shown(this.#identity);
      this.secrets.keep(this.#identity);
      this.phase = "in";
      // A guest's secret tells apart who had the same id on a server that is gone; a session's token changes.
      void this.#openOutbox(`${welcome.account.id}-${isToken(secret) ? "account" : secret.slice(0, 12)}`);
    } else {
      this.#outbox?.resume();
    }
    this.#takeRooms(welcome.rooms, (room) => {
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
    this.changed.tell();
  }

  async #openOutbox(owner: string): Promise<void> {
    const outbox = new Outbox(
      await this.#shelf,
      owner,
      (request) => this.#connection?.send(request) ?? false,
      () => this.outboxChanged.tell(),
    );
    this.#outbox = outbox;
    await outbox.adopt();
  }

  #changeState(state: State): void {
    this.state = state;
    if (state.name === "closed") {
      if (this.#leaving) return;
      // A reload must not end in the same refusal for ever.
      if (GONE.has(state.code) && this.#identity) this.secrets.forget(this.#identity.name);
      // A link that does nothing any more leaves whoever was in here before.
      else if (this.phase === "coming" && !this.usedLink) this.secrets.signOut();
      this.#end(state.reason);
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

  /** Fetches the page before the first line held. */
  async openEarlier(room: Room): Promise<void> {
    const first = room.view?.items.keys().next().value;
    if (!room.more || room.loading || first === undefined) return;
    room.loading = "earlier";
    room.changed.tell();
    const page = await this.ask<Page>({ op: "history", room: room.id, before: first, limit: PAGE });
    if (room.loading === "earlier") room.loading = "";
    if (page) room.openEarlier(page);
    room.changed.tell();
  }

  /** Fetches earlier pages until a line is held; true if it is. */
  async openUntil(room: Room, seq: number, pages = 40): Promise<boolean> {
    for (let page = 0; page < pages && room.view; page++) {
      if (room.view.items.has(seq)) return true;
      const first = room.view.items.keys().next().value;
      if (first === undefined || first < seq || !room.more) return false;
      await this.openEarlier(room);
    }
    return room.view?.items.has(seq) ?? false;
  }

  /** Notes that the room was read to its end. */
  read(room: Room): void {
    const seq = room.state.head;
    if (seq <= room.state.read) return;
    room.markRead(seq);
    room.state = { ...room.state, unread: 0, mentions: 0 };
    this.roomsChanged.tell();
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => {
      this.#connection?.send({ op: "read", cid: randomText(), room: room.id, seq: room.state.read });
    }, 300);
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
    return (this.#outbox?.kept ?? []).filter((kept) => kept.room === room || kept.room === id);
  }

  get waitingCount(): number {
    return (this.#outbox?.kept ?? []).filter((kept) => kept.refusal === undefined && kept.seq === undefined).length;
  }

  /** Says what a person typed. What begins with a slash is the server's to read. */
  say(room: string, text: string, replyTo: number | null): void {
    const cid = randomText();
    if (/^\/(quit|exit)\s*$/.test(text)) void this.signOut();
    else if (text.startsWith("/")) this.#outbox?.add(room, { op: "type", cid, room, text });
    else if (replyTo === null) this.#outbox?.add(room, { op: "send", cid, room, text });
    else this.#outbox?.add(room, { op: "send", cid, room, text, reply_to: replyTo });
  }

  /** Changes, takes back or reacts to a message, now or once there is a connection. */
  amend(room: Room, command: AnyCommand): void {
    this.#outbox?.add(room.id, command);
  }

  retry(cid: string): void {
    this.#outbox?.retry(cid);
  }

  discard(cid: string): void {
    this.#outbox?.drop(cid);
  }

  /** Hints that one is typing. */
  hintTyping(room: Room): void {
    this.#connection?.send({ op: "typing", room: room.id });
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
      case "range":
        if (told.ref === undefined) this.#takeRange(told);
        else this.#requests.settle(told.ref, told);
        return;
      case "heads":
        for (const [log, head] of Object.entries(told.rooms)) this.#tellHead(log, head);
        return;
      case "presence":
        this.#notePeople(told.people);
        return;
      case "typing":
        if (told.person.id !== this.account?.id) this.rooms.get(told.room)?.noteTyping(told.person, Date.now());
        return;
      case "error":
        this.#takeRefusal(told);
        return;
      case "ack":
        if (!this.#requests.settle(told.cid, told)) this.#takeOutcome(told.cid, told);
        return;
      case "welcome":
      case "bye":
      case "pong":
        return;
      default: {
        const ref = "ref" in told ? told.ref : undefined;
        if (!this.#requests.settle(ref, told)) this.#takeOutcome(ref, told);
      }
    }
  }

  #takeRefusal(told: AnyAnswer & { op: "error" }): void {
    const key = told.cid ?? told.ref;
    if (key === undefined) {
      // A cursor was not taken: what is missing has to be asked for.
      for (const room of this.rooms.values()) this.#mend(room);
    } else if (!this.#requests.settle(key, told)) {
      this.#takeOutcome(key, told);
    }
  }

  /** What came of something in the outbox. */
  #takeOutcome(key: string | undefined, answer: AnyAnswer): void {
    const kept = this.#outbox?.settle(key, answer);
    if (!kept) return;
    if (answer.op === "ack") {
      const room = this.rooms.get(answer.room);
      if (room?.view && room.view.as_of >= answer.seq) this.#outbox?.drop(kept.cid);
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

  /** Set by the page: shows a room and puts it into the address. */
  goTo: (name: string) => void = (name) => this.look(name);

  #takeRange(range: Range): void {
    const room = this.rooms.get(range.room);
    if (range.room === this.account?.id) for (const entry of range.entries) this.#takeOwn(entry);
    else if (room) {
      this.#afterEntries(room, room.fill(range.entries, range.head));
      this.#mend(room);
    }
  }

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
      this.#afterEntries(room, applied);
    }
    this.#mend(room);
  }

  /** Counts what is not read. */
  #count(room: Room, entry: Entry): void {
    const own = entry.author.id === this.account?.id;
    if (own && isMessage(entry.body)) room.markRead(entry.seq);
    if (!isMessage(entry.body) || own) return;
    const named = mentions(entry.body.text, this.account?.name ?? "");
    const { unread, mentions: before } = room.state;
    room.state = { ...room.state, unread: Math.min(100, unread + 1), mentions: Math.min(100, before + (named ? 1 : 0)) };
    this.roomsChanged.tell();
  }

  #afterEntries(room: Room, entries: Entry[]): void {
    for (const { cid, author, body } of entries) {
      if (cid !== undefined && author.id === this.account?.id) this.#outbox?.drop(cid);
      if (["join", "leave", "kick", "role", "invite", "ban", "erased"].includes(body.kind)) this.#askMembers(room, 300);
      if (body.kind === "topic") this.roomsChanged.tell();
      if (body.kind === "rename_room" || body.kind === "delete_room") this.#listSoon(0);
    }
  }

  /** An entry of one's own log. */
  #takeOwn(entry: Entry): void {
    if (entry.seq <= this.#ownHave) return;
    if (entry.seq > this.#ownHave + 1) this.#listSoon();
    this.#ownHave = entry.seq;
    const body = entry.body;
    switch (body.kind) {
      case "entered":
      case "invited":
        this.#listSoon(0);
        if (body.kind === "invited") this.tell(words.told.invited(body.room.name));
        break;
      case "departed":
        this.rooms.delete(body.room.id);
        this.roomsChanged.tell();
        this.changed.tell();
        break;
      case "renamed":
        if (this.account && this.#identity) {
          this.account = { ...this.account, name: body.name };
          this.#identity = { ...this.#identity, name: body.name };
          this.#greeting = shown(this.#identity);
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
    if (range) this.#takeRange({ ...range, room: log });
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
    for (const id of this.rooms.keys()) if (!wanted.has(id)) this.rooms.delete(id);
    for (const state of states) {
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
        this.rooms.set(state.id, new Room(state));
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

  /** The answer to a query, or null where it was refused. */
  async ask<Answer extends AnyAnswer>(query: Parameters<Requests["ask"]>[0]): Promise<Answer | null> {
    try {
      return await this.#requests.ask<Answer>(query);
    } catch (fault) {
      if (fault instanceof Refused) return null;
      throw fault;
    }
  }
}

/** What one shows the server to be let in as the same again. */
function shown({ name, secret }: Identity): Partial<Hello> {
  return isToken(secret) ? { token: secret } : { name, secret };
}

/** As far as people tell browsers apart, for the list of one's devices. */
function browserName(): string {
  const agent = typeof navigator === "undefined" ? "" : navigator.userAgent;
  const browser = /Firefox|Edg|OPR|Chrome|Safari/.exec(agent)?.[0] ?? "a browser";
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(agent)?.[0] ?? "";
  const name = { Edg: "Edge", OPR: "Opera" }[browser] ?? browser;
  return system ? `${name} on ${system.replace("Mac OS X", "macOS")}` : name;
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
