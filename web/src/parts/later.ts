// What is not drawn at first, each in a file of its own. They are fetched when the page has nothing else to do, so that they are there
// when somebody wants them, with a network or without.
import { speakInDialogs } from "../words/dialogs";

export const later = {
  emoji: () => import("./EmojiPicker.svelte"),
  message: () => import("./MessageMenu.svelte"),
  removal: () => import("./Removal.svelte"),
  readers: () => import("./ReadBy.svelte"),
  date: () => import("./GoToDate.svelte"),
  links: () => import("./LinkPreviews.svelte"),
  viewer: () => import("./Viewer.svelte"),
  browse: () => import("./Browse.svelte"),
  keys: () => import("./Keys.svelte"),
  switcher: () => import("./Switcher.svelte"),
  files: () => import("./Files.svelte"),
  menu: () => import("./RoomMenu.svelte"),
  me: () => import("./Me.svelte"),
  write: () => import("./NewMessage.svelte"),
  settings: () => import("./RoomSettings.svelte"),
  profile: () => import("./ProfileCard.svelte"),
  invitation: () => import("./Invitation.svelte"),
};

const QUIET = 2_000;

export function fetchLater(): void {
  const fetchAll = () => {
    // What fails now is asked for again when it is wanted.
    for (const part of Object.values(later)) void part().catch(() => undefined);
    void speakInDialogs().catch(() => undefined);
  };
  setTimeout(() => (typeof requestIdleCallback === "undefined" ? fetchAll() : requestIdleCallback(fetchAll)), QUIET);
}
