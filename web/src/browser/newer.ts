// Whether the server has a newer page than this one, and how one comes to it. Asked after each loss of the connection (a server
// that was updated was away), and seldom besides; works with and without a service worker.
import { Topic } from "../topic";

const EVERY = 60 * 60_000;
const SCRIPT = /<script type="module"[^>]* src="([^"]+)"/;

export class Newer {
  readonly changed = new Topic();
  found = false;
  #lookedAt = 0;

  constructor(
    private readonly own: string | null = ownScript(),
    private readonly ask: (path: string) => Promise<Response> = (path) => fetch(path, { cache: "no-cache", credentials: "omit" }),
  ) {}

  /** Looks now, or only if that was long ago. */
  async look(now: number, seldom = false): Promise<void> {
    if (this.found || this.own === null || (seldom && now - this.#lookedAt < EVERY)) return;
    this.#lookedAt = now;
    try {
      const answer = await this.ask("/");
      const script = SCRIPT.exec(answer.ok ? await answer.text() : "")?.[1];
      if (!script || script === this.own) return;
      this.found = true;
      this.changed.tell();
    } catch {
      // The server is away: it is asked again when it is back.
    }
  }

  /** Shows the newer page. */
  async take(): Promise<void> {
    const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
    registration?.waiting?.postMessage("take over");
    location.reload();
  }
}

export const newer = new Newer();

function ownScript(): string | null {
  if (typeof document === "undefined") return null;
  return document.querySelector('script[type="module"][src^="/assets/"]')?.getAttribute("src") ?? null;
}
