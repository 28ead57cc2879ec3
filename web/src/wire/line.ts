// What a tab of the page and the exchange say to each other, and the tab's end of it. The exchange holds the connection.
import type { State } from "./connection";
import type { AnyAnswer, Hello, Request, Told, Welcome } from "./frames";
import type { Kept } from "./shelf";

/** What one shows the server to be let in. */
export type Greeting = Partial<Hello>;

/** What a tab says. */
export type Said =
  | { say: "come"; greeting: Greeting }
  | { say: "request"; request: Request }
  | { say: "keep"; room: string; command: Kept["command"] }
  | { say: "retry" | "drop"; cid: string }
  | { say: "attend"; room: string }
  | { say: "wake" }
  /** This tab wants to hear no more. */
  | { say: "go" }
  /** Whoever is in leaves, in all tabs. */
  | { say: "leave" };

/** What the exchange tells. */
export type News =
  | { tell: "ready" }
  | { tell: "state"; state: State }
  | { tell: "met"; welcome: Welcome }
  | { tell: "heard"; told: Told }
  /** What waits to be sent, all of it; `lasting` is false where it does not outlive the browser's tabs. */
  | { tell: "outbox"; kept: Kept[]; lasting: boolean }
  /** What came of something that this tab gave to be sent. */
  | { tell: "settled"; kept: Kept; answer: AnyAnswer }
  /** Whether this tab speaks for all (with the desktop), and the rooms that somebody looks at in one of them. */
  | { tell: "tabs"; leads: boolean; attended: string[] };

/** One end of a channel: a MessagePort, or the like of it within the page. */
export interface Port {
  postMessage(message: Said | News): void;
  onmessage: ((event: { data: never }) => void) | null;
  close?(): void;
}

/** Two ends within one page; what is said arrives in order, and not before the speaker is done. */
export function pair(): [Port, Port] {
  const end = (other: () => Port): Port => ({
    postMessage: (message) => queueMicrotask(() => other().onmessage?.({ data: message as never })),
    onmessage: null,
  });
  const one: Port = end(() => other);
  const other: Port = end(() => one);
  return [one, other];
}

export interface Hearing {
  changed: (state: State) => void;
  met: (welcome: Welcome) => void;
  heard: (told: Told) => void;
  settled: (kept: Kept, answer: AnyAnswer) => void;
  outbox: () => void;
  tabs: () => void;
}

export class Line {
  kept: readonly Kept[] = [];
  lasting = true;
  leads = true;
  attended: readonly string[] = [];
  #over = false;

  constructor(
    private readonly port: Promise<Port>,
    private readonly hearing: Hearing,
  ) {
    void port.then((open) => {
      open.onmessage = ({ data }) => this.#hear(data);
    });
  }

  /** Comes in, or back after `pause`. */
  come(greeting: Greeting): void {
    this.#post({ say: "come", greeting });
  }

  /** Says something if there is a connection; else nobody hears it. */
  say = (request: Request): void => this.#post({ say: "request", request });

  /** Gives something to be sent, once, whenever that is possible. */
  keep(room: string, command: Kept["command"]): void {
    this.#post({ say: "keep", room, command });
  }

  retry(cid: string): void {
    this.#post({ say: "retry", cid });
  }

  drop(cid: string): void {
    if (this.kept.some((kept) => kept.cid === cid)) this.#post({ say: "drop", cid });
  }

  /** Tells which room is looked at: its id, or nothing. */
  attend(room: string): void {
    this.#post({ say: "attend", room });
  }

  wake(): void {
    this.#post({ say: "wake" });
  }

  /** Hears nothing until it comes again. */
  pause(): void {
    this.#post({ say: "go" });
  }

  /** Whoever is in leaves, in all tabs. */
  leave(): void {
    this.#post({ say: "leave" });
    this.close();
  }

  /** This tab leaves. */
  close(): void {
    if (this.#over) return;
    this.#post({ say: "go" });
    this.#over = true;
    void this.port.then((open) => open.close?.());
  }

  #post(message: Said): void {
    if (!this.#over) void this.port.then((open) => open.postMessage(message));
  }

  #hear(news: News): void {
    if (this.#over) return;
    switch (news.tell) {
      case "state":
        return this.hearing.changed(news.state);
      case "met":
        return this.hearing.met(news.welcome);
      case "heard":
        return this.hearing.heard(news.told);
      case "settled":
        return this.hearing.settled(news.kept, news.answer);
      case "outbox":
        this.kept = news.kept;
        this.lasting = news.lasting;
        return this.hearing.outbox();
      case "tabs":
        this.leads = news.leads;
        this.attended = news.attended;
        return this.hearing.tabs();
      case "ready":
        return;
    }
  }
}
