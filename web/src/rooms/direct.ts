// Direct rooms, which are named by their people: `@ann`, or `@ann,bob` among several.
import type { Person } from "../wire/frames";
import type { Klatch } from "../klatch";
import { list } from "../words/locale";

export function isDirectName(name: string): boolean {
  return name.startsWith("@");
}

/** The usernames in the name of a direct room. */
export function namesIn(name: string): string[] {
  return name.slice(1).split(",").map((each) => each.trim().replace(/^@/, "")).filter(Boolean);
}

/** The room of these people, named as the server does. */
export function spellDirect(names: Iterable<string>): string {
  return `@${[...new Set(names)].sort().join(",")}`;
}

/** How a room is called where people read it: by display names where it is direct. */
export function titleOf(klatch: Klatch, name: string): string {
  if (!isDirectName(name)) return name;
  const shown = namesIn(name).map((each) => personNamed(klatch, each)?.display_name ?? each);
  return shown.length === 1 ? (shown[0] ?? name) : list(shown);
}

/** Somebody by the username, as far as one knows of them. */
export function personNamed(klatch: Klatch, name: string): Person | undefined {
  const sought = name.toLowerCase();
  for (const person of klatch.people.values()) if (person.name.toLowerCase() === sought) return person;
  return undefined;
}
