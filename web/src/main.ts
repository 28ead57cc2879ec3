import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { Klatch } from "./klatch";
import { readLink } from "./places";
import { readTheme, setTheme } from "./theme";
import { speakLanguage } from "./words/languages";

setTheme(readTheme());
await speakLanguage();
const scheme = location.protocol === "https:" ? "wss" : "ws";
const klatch = new Klatch(`${scheme}://${location.host}/ws`);
// Whoever is in already takes an invitation as who they are; a new password is chosen at the entrance.
if (readLink(location.pathname)?.kind !== "reset") klatch.comeBack();
addEventListener("online", () => klatch.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && klatch.wake());
mount(App, { target: document.getElementById("page") as HTMLElement, props: { klatch } });
