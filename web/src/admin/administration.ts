// The parts of the administration, and where each is found.

/** In order, with the least role that may see each. */
export const SECTIONS = [
  ["start", "admin"],
  ["people", "admin"],
  ["rooms", "moderator"],
  ["invites", "moderator"],
  ["order", "moderator"],
  ["audit", "admin"],
  ["settings", "admin"],
  ["storage", "admin"],
  ["figures", "admin"],
] as const;
export type Section = (typeof SECTIONS)[number][0];

/** The part that an address names, `#admin/people`; null for every other address. */
export function readSection(hash: string): Section | null {
  const named = /^#admin\/([a-z]+)$/.exec(hash)?.[1];
  return SECTIONS.find(([section]) => section === named)?.[0] ?? null;
}
