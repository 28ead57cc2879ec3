// What a browser holds back from a page that came without encryption, and whether one was told.
import { browserStorage } from "../wire/secrets";

const KEY = "klatch.missing";

/** Whether to say it: once, until one closes it for good. */
export function saysMissing(secure = globalThis.isSecureContext, storage = browserStorage()): boolean {
  return !secure && storage?.getItem(KEY) !== "told";
}

export function noteTold(storage = browserStorage()): void {
  try {
    storage?.setItem(KEY, "told");
  } catch {
    // It is said again on the next visit.
  }
}
