// One WebSocket to the server that comes back by itself. It says hello, tells what it hears, and knows no rooms.
import { Backoff } from "./backoff";
import type { Hello, Refusal, Request, Told, Welcome } from "./frames";

/** How the connection is, as a user is told. `retryAt` is when the next try comes (ms, as Date.now). */
export type State =
  | { name: "connecting" }
  | { name: "online" }
  | { name: "offline"; reason: string; retryAt: number }
  | { name: "closed"; reason: string; code: string };

export interface Listeners {
  /** The first thing to say, on every connection anew. */
  hello: () => Hello;
  met: (welcome: Welcome) => void;
  heard: (told: Told) => void;
  /** The connection is gone: what was not answered is to be sent again. */
  lost: () => void;
  changed: (state: State) => void;
}

// Why the server may turn away one whom it will let in later.
const PASSING = new Set(["rate_limited", "try_again", "going_away", "too_many_sessions", "storage_full", "internal"]);
// What ends a connection for good: one has to come in anew.
const ENDED = new Set(["bad_token", "suspended", "banned"]);
const OPEN = 1; // WebSocket.OPEN
const WELCOME_WITHIN = 15_000;
const QUIET_AFTER = 25_000; // nothing was heard for so long: is the server still there?
const ANSWER_WITHIN = 10_000;
const STABLE_AFTER = 10_000;

/** How a socket is made: the browser's own way, but in tests. */
export type OpenSocket = (url: string) => WebSocket;

export class Connection {
  state: State = { name: "connecting" };
  #socket: WebSocket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #backoff: Backoff;
  #welcomed = 0;
  #over = false;
  #afterwards: { reason: string; retryAfter: number | null; code: string } | null = null;

  constructor(
    private readonly url: string,
    private readonly listeners: Listeners,
    private readonly openSocket: OpenSocket = (url) => new WebSocket(url),
    randomness: () => number = Math.random,
  ) {
    this.#backoff = new Backoff(randomness);
  }

  /** Begins; from now on it comes back after every loss. */
  open(): void {
    if (this.#over || this.#socket) return;
    clearTimeout(this.#timer);
    this.#change({ name: "connecting" });
    this.#welcomed = 0;
    this.#afterwards = null;
    const socket = this.openSocket(this.url);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify(this.listeners.hello()));
    socket.onmessage = (message) => {
      if (this.#socket === socket && typeof message.data === "string") this.#hear(message.data);
      else if (this.#socket === socket) void (message.data as Blob).text().then((text) => this.#hear(text));
    };
    socket.onclose = () => this.#lose(socket);
    this.#timer = setTimeout(() => this.#drop(), WELCOME_WITHIN);
  }

  /** Says something, if there is a connection; true if it went out. */
  send(request: Request): boolean {
    if (!this.#welcomed || this.#socket?.readyState !== OPEN) return false;
    this.#socket.send(JSON.stringify(request));
    return true;
  }

  /** The network or the machine woke up: tries at once, or makes sure that the connection still lives. */
  wake(): void {
    if (this.#over) return;
    if (!this.#socket) this.open();
    else if (this.#welcomed) this.#ask(ANSWER_WITHIN / 2);
  }

  /** Says goodbye, for good. */
  close(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.send({ op: "quit" });
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #hear(text: string): void {
    let told: Told;
    try {
      told = JSON.parse(text) as Told;
    } catch {
      return;
    }
    if (told.op === "welcome") {
      this.#welcomed = Date.now();
      this.#watch();
      // Who hears of the welcome may send at once, so the state is changed first.
      this.#change({ name: "online" });
      this.listeners.met(told);
    } else if (told.op === "bye") {
      const before = this.#afterwards;
      const ended = before !== null && before.retryAfter === null;
      this.#afterwards = ended ? before : { reason: told.reason, retryAfter: told.retry_after ?? null, code: before?.code ?? "bye" };
    } else if (!this.#welcomed) {
      if (told.op === "error") this.#turnedAway(told);
    } else {
      this.#watch();
      if (told.op === "error" && told.cid === undefined && told.ref === undefined) {
        // A session that was ended elsewhere is told so before the goodbye.
        this.#afterwards = { reason: told.message, retryAfter: ENDED.has(told.code) ? null : 0, code: told.code };
      }
      if (told.op !== "pong") this.listeners.heard(told);
    }
  }

  /** The server did not accept the hello. */
  #turnedAway(refusal: Refusal): void {
    const passing = PASSING.has(refusal.code);
    const retryAfter = passing ? (refusal.retry_after ?? 0) : null;
    this.#afterwards = { reason: refusal.message, retryAfter, code: refusal.code };
    this.#drop();
  }

  /** Waits for the next sign of life. */
  #watch(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(ANSWER_WITHIN), QUIET_AFTER);
  }

  #ask(within: number): void {
    clearTimeout(this.#timer);
    this.send({ op: "ping" });
    this.#timer = setTimeout(() => this.#drop(), within);
  }

  /** Ends a connection that is of no use; a dead one would take minutes to say so itself. */
  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    socket.close();
    this.#lose(socket);
  }

  #lose(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = null;
    clearTimeout(this.#timer);
    const welcomed = this.#welcomed;
    this.#welcomed = 0;
    if (welcomed) this.listeners.lost();
    if (welcomed && Date.now() - welcomed > STABLE_AFTER) this.#backoff.reset();
    const why = this.#afterwards;
    if (why && why.retryAfter === null) {
      this.#over = true;
      this.#change({ name: "closed", reason: why.reason, code: why.code });
      return;
    }
    const wait = this.#backoff.next(why?.retryAfter ?? 0);
    this.#change({ name: "offline", reason: why?.reason ?? "", retryAt: Date.now() + wait });
    this.#timer = setTimeout(() => this.open(), wait);
  }

  #change(state: State): void {
    this.state = state;
    this.listeners.changed(state);
  }
}
