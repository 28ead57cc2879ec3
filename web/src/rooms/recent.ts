// Where one was last, for those who want to go back there.
import { browserStorage } from "../wire/secrets";

const KEY = "klatch.recent";
const MOST = 20;

/** The names of rooms, the last one first. */
export function recentRooms(): string[] {
  try {
    const kept: unknown = JSON.parse(browserStorage()?.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}

export function noteVisit(name: string): void {
  const names = [name, ...recentRooms().filter((each) => each !== name)].slice(0, MOST);
  try {
    browserStorage()?.setItem(KEY, JSON.stringify(names));
  } catch {
    // The list is then as it was.
  }
}
