// Light, dark, or as the system is.
import { browserStorage } from "./secrets";

export type Theme = "light" | "dark" | "system";
const KEY = "klatch.theme";

export function readTheme(): Theme {
  const kept = browserStorage()?.getItem(KEY);
  return kept === "light" || kept === "dark" ? kept : "system";
}

export function setTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    browserStorage()?.setItem(KEY, theme);
  } catch {
    // It lasts as long as the page.
  }
}
