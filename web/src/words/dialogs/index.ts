// The words of the dialogs about rooms and people, in a file of their own for each language: they come with the first of them.
import type { DialogWords } from "./en";

export type { DialogWords };
export let dialogs: DialogWords;

const LOADS: Record<string, () => Promise<DialogWords>> = {
  ar: async () => (await import("./ar")).ar,
  ja: async () => (await import("./ja")).ja,
};

/** Loads the words in the language that the page speaks; where they cannot be had, in English. */
export async function speakInDialogs(tag = document.documentElement.lang): Promise<void> {
  const load = LOADS[tag];
  dialogs = (load && (await load().catch(() => null))) || (await import("./en")).en;
}
