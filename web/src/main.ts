import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { dial } from "./dial";
import { Klatch } from "./klatch";
import { readLink } from "./places";
import { readTheme, setTheme } from "./theme";
import { speakLanguage } from "./words/languages";

setTheme(readTheme());
await speakLanguage();
const klatch = new Klatch(dial);
// Whoever is in already takes an invitation as who they are; a new password is chosen at the entrance.
if (readLink(location.pathname)?.kind !== "reset") klatch.comeBack();
addEventListener("online", () => klatch.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && klatch.wake());
// Laid aside by the browser, a page hears nothing, and is told nothing meanwhile.
addEventListener("pagehide", () => klatch.pause());
addEventListener("pageshow", (event) => event.persisted && klatch.resume());
document.addEventListener("freeze", () => klatch.pause());
document.addEventListener("resume", () => klatch.resume());
// Another tab wrote down who is in.
addEventListener("storage", () => klatch.follow());
mount(App, { target: document.getElementById("page") as HTMLElement, props: { klatch } });
