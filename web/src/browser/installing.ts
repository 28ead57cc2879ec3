// Whether the browser offers to install this page as an app, and the service worker that lets it open without a network.
import { Topic } from "../topic";

/** What Chromium offers; other browsers have it in their own menus. */
interface Offer extends Event {
  prompt(): Promise<unknown>;
}

export class Installing {
  readonly changed = new Topic();
  #offer: Offer | null = null;

  get isOffered(): boolean {
    return this.#offer !== null;
  }

  /** Listens from now on. */
  begin(page: EventTarget): void {
    page.addEventListener("beforeinstallprompt", (event) => {
      // The page itself says it, where one looks for it.
      event.preventDefault();
      this.#take(event as Offer);
    });
    page.addEventListener("appinstalled", () => this.#take(null));
  }

  /** The browser asks whether one wants it. */
  async install(): Promise<void> {
    const offer = this.#offer;
    this.#take(null);
    await offer?.prompt();
  }

  #take(offer: Offer | null): void {
    this.#offer = offer;
    this.changed.tell();
  }
}

export const installing = new Installing();

/** Without TLS there is none, and the page does without. */
export function keepShell(): void {
  if (import.meta.env.PROD) void navigator.serviceWorker?.register("/sw.js").catch(() => undefined);
}
