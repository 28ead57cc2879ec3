// Light, dark, or as the system is.
import { browserStorage } from "../wire/secrets";

export type Theme = "light" | "dark" | "system";
const KEY = "klatch.theme";
const GROUND = { light: "#FBF9F6", dark: "#171412" };

export function readTheme(): Theme {
  const kept = browserStorage()?.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  // The browser's own bars take the colour of the ground.
  for (const meta of document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')) {
    const scheme = meta.media.includes("dark") ? "dark" : "light";
    meta.content = GROUND[theme === "system" ? scheme : theme];
  }
  try {
    browserStorage()?.setItem(KEY, theme);
  } catch {
    // It lasts as long as the page.
  }
}
