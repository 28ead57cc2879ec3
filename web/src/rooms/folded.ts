// Which sections of the list are folded away, in this browser.
import type { Section } from "./sections";
import { browserStorage } from "../wire/secrets";

const KEY = "klatch.folded";

export function readFolded(): Record<Section, boolean> {
  const kept = browserStorage()?.getItem(KEY)?.split(" ") ?? [];
  return { starred: kept.includes("starred"), rooms: kept.includes("rooms"), direct: kept.includes("direct") };
}

export function writeFolded(folded: Record<Section, boolean>): void {
  try {
    browserStorage()?.setItem(KEY, Object.entries(folded).filter(([, is]) => is).map(([section]) => section).join(" "));
  } catch {
    // They are open again next time.
  }
}
