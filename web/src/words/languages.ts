// The languages of this page: which there are, which of them somebody wants, and how the page comes to speak it.
import { setLocale } from "./locale";
import { browserStorage } from "../wire/secrets";
import { speak, type Words } from ".";
import { en } from "./en";

interface Language {
  tag: string;
  /** As those who speak it call it. */
  name: string;
  dir: "ltr" | "rtl";
  load: () => Promise<Words>;
}

export const LANGUAGES: readonly Language[] = [
  { tag: "en", name: "English", dir: "ltr", load: async () => en },
  { tag: "ar", name: "العربية", dir: "rtl", load: async () => (await import("./ar")).ar },
  { tag: "ja", name: "日本語", dir: "ltr", load: async () => (await import("./ja")).ja },
];
const KEY = "klatch.language";

/** What somebody picked here; else the first of the browser's languages that there is. */
export function wantedLanguage(picked = browserStorage()?.getItem(KEY), wishes = navigator.languages): string {
  const known = (tag: string) => LANGUAGES.find((language) => language.tag === tag.split("-")[0]?.toLowerCase());
  for (const wish of [picked ?? "", ...wishes]) {
    const language = known(wish);
    if (language) return language.tag;
  }
  return "en";
}

/** How a language is written where somebody lives: in German surroundings even an English clock has 24 hours. */
export function localeOf(tag: string, wishes = navigator.languages): string {
  const own = wishes.find((wish) => wish.split("-")[0] === tag && wish !== tag);
  if (own) return own;
  try {
    const region = new Intl.Locale(wishes[0] ?? tag).region;
    return region ? `${tag}-${region}` : tag;
  } catch {
    return tag;
  }
}

/** Has the page speak a language; where its words cannot be loaded, it goes on in the one it speaks. */
export async function speakLanguage(tag = wantedLanguage()): Promise<void> {
  const language = LANGUAGES.find((each) => each.tag === tag);
  const words = await language?.load().catch(() => null);
  if (!language || !words) return;
  setLocale(localeOf(tag));
  document.documentElement.lang = tag;
  document.documentElement.dir = language.dir;
  speak(words);
}

/** Somebody picks a language, for this browser. */
export async function pickLanguage(tag: string): Promise<void> {
  try {
    browserStorage()?.setItem(KEY, tag);
  } catch {
    // It lasts as long as the page.
  }
  await speakLanguage(tag);
}
