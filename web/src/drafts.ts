// What is begun and not sent, of each room; it outlives the page.
import { browserStorage } from "./secrets";

const KEY = "klatch.drafts";

export interface Draft {
  text: string;
  replyTo: number | null;
}

export class Drafts {
  #drafts: Record<string, Draft>;
  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly storage: Storage | null = browserStorage()) {
    try {
      this.#drafts = JSON.parse(storage?.getItem(KEY) || "{}") as Record<string, Draft>;
    } catch {
      this.#drafts = {};
    }
  }

  of(room: string): Draft {
    return this.#drafts[room] ?? { text: "", replyTo: null };
  }

  keep(room: string, draft: Draft): void {
    if (draft.text || draft.replyTo !== null) this.#drafts[room] = draft;
    else delete this.#drafts[room];
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.flush(), 200);
  }

  flush(): void {
    clearTimeout(this.#due);
    try {
      this.storage?.setItem(KEY, JSON.stringify(this.#drafts));
    } catch {
      // Full or forbidden: the draft lasts as long as the page.
    }
  }
}
