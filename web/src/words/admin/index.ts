// The words of the administration, in a file of their own for each language: only those who see it load them.
import type { AdminWords } from "./en";

export type { AdminWords };
export let admin: AdminWords;

const LOADS: Record<string, () => Promise<AdminWords>> = {
  ar: async () => (await import("./ar")).ar,
  ja: async () => (await import("./ja")).ja,
};

/** Loads the words in the language that the page speaks; where they cannot be had, in English. */
export async function speakOfAdministration(tag = document.documentElement.lang): Promise<void> {
  const load = LOADS[tag];
  admin = (load && (await load().catch(() => null))) || (await import("./en")).en;
}
