import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import type { Carried } from "./browser/clicks";
import { dial } from "./wire/dial";
import { installing, keepShell } from "./browser/installing";
import { Klatch } from "./klatch";
import { newer } from "./browser/newer";
import { notifying } from "./browser/notifying";
import { fetchLater } from "./parts/later";
import { readLink } from "./rooms/places";
import { readTheme, setTheme } from "./browser/theme";
import { speakLanguage } from "./words/languages";

setTheme(readTheme());
// Waiting for it here would be for ever: the words of another language need what this file brings, once it has run.
void speakLanguage().then(begin);

function begin(): void {
  const klatch = new Klatch(dial);
  // Whoever is in already takes an invitation as who they are; a new password is chosen at the entrance.
  if (readLink(location.pathname)?.kind !== "reset") klatch.comeBack();
  klatch.onMessage = (room, entry, named) => notifying.hear(klatch, room, entry, named);
  klatch.attendedChanged.subscribe(() => notifying.settle(klatch.attended));
  for (const kind of ["online", "offline"]) addEventListener(kind, () => klatch.wake());
  const attend = () => klatch.attend(document.visibilityState === "visible" && document.hasFocus());
  for (const kind of ["focus", "blur"]) addEventListener(kind, attend);
  document.addEventListener("visibilitychange", () => {
    attend();
    if (document.visibilityState !== "visible") return;
    klatch.wake();
    void newer.look(Date.now(), true);
  });
  attend();
  // Laid aside by the browser, a page hears nothing, and is told nothing meanwhile.
  addEventListener("pagehide", () => klatch.pause());
  addEventListener("pageshow", (event) => event.persisted && klatch.resume());
  document.addEventListener("freeze", () => klatch.pause());
  document.addEventListener("resume", () => klatch.resume());
  // Another tab wrote down who is in.
  addEventListener("storage", () => klatch.follow());
  // A part of the page could not be fetched: perhaps the server has another page by now, without it.
  addEventListener("vite:preloadError", () => void newer.look(Date.now()));
  // Somebody clicked on a notification.
  navigator.serviceWorker?.addEventListener("message", ({ data }: MessageEvent<Carried>) => (location.hash = data.spot));
  installing.begin(window);
  keepShell();
  fetchLater();
  mount(App, { target: document.getElementById("page") as HTMLElement, props: { klatch } });
}
