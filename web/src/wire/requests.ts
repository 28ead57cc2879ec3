// What was asked and is not answered yet: sent again after every loss of the connection, until it is.
import type { AnyAnswer, AnyCommand, AnyQuery, Refusal, Request } from "./frames";
import { randomText } from "./secrets";

/** The server's no, in its own words. */
export class Refused extends Error {
  readonly code: string;
  readonly field: string | undefined;

  constructor(refusal: Pick<Refusal, "code" | "message" | "field">) {
    super(refusal.message);
    this.code = refusal.code;
    this.field = refusal.field;
  }
}

/** What the server cannot do just now; the same may succeed in a moment. */
export const LATER = new Set(["rate_limited", "try_again", "going_away"]);
const WAIT = 1_000;

interface Asked {
  request: Request;
  resolve: (answer: AnyAnswer) => void;
  reject: (refused: Refused) => void;
}

export class Requests {
  #asked = new Map<string, Asked>();

  constructor(private readonly send: (request: Request) => void) {}

  /** Asks; gives the answer, whenever it comes. Throws Refused. */
  ask<Answer extends AnyAnswer>(query: AnyQuery): Promise<Answer> {
    const ref = randomText();
    return this.#begin(ref, { ...query, ref }) as Promise<Answer>;
  }

  /** Does a command that is worth nothing after this page is gone; others belong into the outbox. Throws Refused. */
  act(command: AnyCommand): Promise<AnyAnswer> {
    return this.#begin(command.cid, command);
  }

  /** The answer to a request; false if nobody asked. */
  settle(key: string | undefined, answer: AnyAnswer): boolean {
    const asked = key === undefined ? undefined : this.#asked.get(key);
    if (key === undefined || !asked) return false;
    if (answer.op === "error" && LATER.has(answer.code)) {
      setTimeout(() => this.#asked.has(key) && this.send(asked.request), answer.retry_after ?? WAIT);
      return true;
    }
    this.#asked.delete(key);
    if (answer.op === "error") asked.reject(new Refused(answer));
    else asked.resolve(answer);
    return true;
  }

  /** There is a connection again. */
  sendAgain(): void {
    for (const asked of this.#asked.values()) this.send(asked.request);
  }

  #begin(key: string, request: Request): Promise<AnyAnswer> {
    return new Promise((resolve, reject) => {
      this.#asked.set(key, { request, resolve, reject });
      this.send(request);
    });
  }
}
