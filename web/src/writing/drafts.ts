// What is begun and not sent, of each room; it outlives the page, and each tab leaves alone what another writes.
import { browserStorage } from "../wire/secrets";

const KEY = "klatch.drafts";

export interface Draft {
  text: string;
  replyTo: number | null;
}

export class Drafts {
  #drafts: Record<string, Draft>;
  /** The rooms whose drafts were changed here and are not stored yet. */
  #changed = new Set<string>();
  #due: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly storage: Storage | null = browserStorage()) {
    this.#drafts = this.#read();
  }

  of(room: string): Draft {
    return this.#drafts[room] ?? { text: "", replyTo: null };
  }

  keep(room: string, draft: Draft): void {
    this.#drafts[room] = draft;
    this.#changed.add(room);
    clearTimeout(this.#due);
    this.#due = setTimeout(() => this.flush(), 200);
  }

  flush(): void {
    clearTimeout(this.#due);
    const all = this.#read();
    for (const room of this.#changed) {
      const draft = this.of(room);
      if (draft.text || draft.replyTo !== null) all[room] = draft;
      else delete all[room];
    }
    try {
      if (this.#changed.size) this.storage?.setItem(KEY, JSON.stringify(all));
      this.#changed.clear();
    } catch {
      // Full or forbidden: the draft lasts as long as the page.
    }
  }

  #read(): Record<string, Draft> {
    try {
      return JSON.parse(this.storage?.getItem(KEY) || "{}") as Record<string, Draft>;
    } catch {
      return {};
    }
  }
}
