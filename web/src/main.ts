import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { Klatch } from "./klatch";
import { readLink } from "./places";
import { isToken } from "./secrets";
import { readTheme, setTheme } from "./theme";

setTheme(readTheme());
const scheme = location.protocol === "https:" ? "wss" : "ws";
const klatch = new Klatch(`${scheme}://${location.host}/ws`);
// Who opens a link as a guest, or as nobody, makes an account by it.
const current = klatch.secrets.current;
if (!readLink(location.pathname) || (current && isToken(current.secret))) klatch.comeBack();
addEventListener("online", () => klatch.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && klatch.wake());
mount(App, { target: document.getElementById("page") as HTMLElement, props: { klatch } });
