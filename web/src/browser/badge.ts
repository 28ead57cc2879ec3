// What is unread, on the page's icon in the browser's bar, and on the app's where it is installed.

export interface Unread {
  messages: number;
  mentions: number;
}

/** The icon that says it. */
export function iconOf({ messages, mentions }: Unread): string {
  return mentions ? "/mark-mention.svg" : messages ? "/mark-unread.svg" : "/mark.svg";
}

let shown = "";

export function showBadge(unread: Unread): void {
  const icon = iconOf(unread);
  const badge = `${icon} ${unread.mentions}`;
  if (badge === shown) return;
  shown = badge;
  document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.setAttribute("href", icon);
  // A dot without a number where nobody named one.
  const told = unread.mentions ? navigator.setAppBadge?.(unread.mentions) : unread.messages ? navigator.setAppBadge?.() : navigator.clearAppBadge?.();
  void told?.catch(() => undefined);
}
