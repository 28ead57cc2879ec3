// Where a click on a notification leads: to the message, in a tab that is open, or in a new one.

interface WindowClient {
  url: string;
  focus(): Promise<WindowClient>;
  postMessage(message: unknown): void;
}

interface Clients {
  matchAll(options: { type: "window"; includeUncontrolled: true }): Promise<WindowClient[]>;
  openWindow(url: string): Promise<WindowClient | null>;
}

interface Clicked extends Event {
  notification: Notification;
  waitUntil(work: Promise<unknown>): void;
}

/** What a notification carries: the place in the page's address, as `#lobby/42`. */
export interface Carried {
  spot: string;
}

export function goFromNotification(event: Event): void {
  const { notification } = event as Clicked;
  notification.close();
  (event as Clicked).waitUntil(go((notification.data as Carried | null)?.spot ?? ""));
}

async function go(spot: string): Promise<void> {
  const { clients } = self as unknown as { clients: Clients };
  const [tab] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!tab) {
    await clients.openWindow(`/${spot}`);
    return;
  }
  tab.postMessage({ spot });
  // Not every browser lets it.
  await tab.focus().catch(() => undefined);
}
