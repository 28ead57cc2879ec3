// Emoji: all that there are, fetched when they are first wanted; found by name; and those that one uses.
import { browserStorage } from "../wire/secrets";

export interface Emoji {
  emoji: string;
  name: string;
  /** `thumbsup`, as it is typed between colons. */
  codes: string[];
  /** All that it is found by, small. */
  sought: string;
  group: number;
  hasTones: boolean;
}

/** Those that most want first. */
export const USUAL = ["👍", "❤️", "😂", "🎉", "🙏", "👀", "✅", "☕"];
/** The groups in which they are shown, by their number in Unicode; parts of emoji are none. */
export const GROUPS = [0, 1, 3, 4, 5, 6, 7, 8, 9] as const;
export const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"];

const RECENT = "klatch.emoji";
const TONE = "klatch.tone";
const RECENT_MOST = 24;

const fetched = new Map<string, Promise<Emoji[]>>();

/** All emoji, with names in a language where there are some. */
export function allEmoji(language: string): Promise<Emoji[]> {
  const wanted = language.startsWith("ja") ? "ja" : "en";
  let all = fetched.get(wanted);
  if (!all) {
    all = load(wanted);
    fetched.set(wanted, all);
    // The server may be away just now.
    all.catch(() => fetched.delete(wanted));
  }
  return all;
}

async function load(language: "en" | "ja"): Promise<Emoji[]> {
  const { default: english } = await import("emoji:en");
  const rows = language === "ja" ? (await import("emoji:ja")).default : english;
  const inEnglish = new Map(english.map(([emoji, name, , tags]) => [emoji, `${name} ${tags}`]));
  return rows.map(([emoji, name, codes, tags, group, hasTones]) => ({
    emoji,
    name,
    codes: codes ? codes.split(" ") : [],
    sought: `${name} ${codes} ${tags} ${inEnglish.get(emoji) ?? ""}`.toLowerCase(),
    group,
    hasTones: hasTones === 1,
  }));
}

/** Those that are called so, the best first: by a whole name, by its beginning, by the beginning of a word. */
export function findEmoji(all: Emoji[], wanted: string, most = Infinity): Emoji[] {
  const sought = wanted.trim().toLowerCase();
  if (!sought) return all.slice(0, most);
  const ranked = all.flatMap((each) => {
    const names = [...each.codes, each.name.toLowerCase()];
    if (names.includes(sought)) return [{ each, rank: 0 }];
    if (names.some((name) => name.startsWith(sought))) return [{ each, rank: 1 }];
    if (` ${each.sought}`.includes(` ${sought}`)) return [{ each, rank: 2 }];
    return each.sought.includes(sought) ? [{ each, rank: 3 }] : [];
  });
  return ranked
    .sort((one, other) => one.rank - other.rank)
    .slice(0, most)
    .map(({ each }) => each);
}

/** An emoji in a skin tone, one of TONES. */
export function toned(emoji: Emoji, tone: string): string {
  if (!tone || !emoji.hasTones) return emoji.emoji;
  const [first = ""] = emoji.emoji;
  return first + tone + emoji.emoji.slice(first.length).replace(/^\ufe0f/, "");
}

/** Those that one used last, the last first. */
export function recentEmoji(storage = browserStorage()): string[] {
  try {
    const kept = JSON.parse(storage?.getItem(RECENT) || "[]") as unknown;
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string").slice(0, RECENT_MOST) : [];
  } catch {
    return [];
  }
}

/** Notes that one was used. */
export function useEmoji(emoji: string, storage = browserStorage()): void {
  keep(RECENT, JSON.stringify([emoji, ...recentEmoji(storage).filter((each) => each !== emoji)].slice(0, RECENT_MOST)), storage);
}

/** Used ones first, then the usual ones: so many for a row. */
export function quickEmoji(most: number): string[] {
  return [...new Set([...recentEmoji(), ...USUAL])].slice(0, most);
}

export function chosenTone(storage = browserStorage()): string {
  const kept = storage?.getItem(TONE) ?? "";
  return TONES.includes(kept) ? kept : "";
}

export function chooseTone(tone: string, storage = browserStorage()): void {
  keep(TONE, tone, storage);
}

function keep(key: string, value: string, storage: Storage | null): void {
  try {
    storage?.setItem(key, value);
  } catch {
    // Full or forbidden: it is not remembered.
  }
}
