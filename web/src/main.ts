import "./tokens.css";
import "./base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { Klatch } from "./klatch";
import { readTheme, setTheme } from "./theme";

setTheme(readTheme());
const scheme = location.protocol === "https:" ? "wss" : "ws";
const klatch = new Klatch(`${scheme}://${location.host}/ws`);
klatch.comeBack();
addEventListener("online", () => klatch.wake());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && klatch.wake());
mount(App, { target: document.getElementById("page") as HTMLElement, props: { klatch } });
