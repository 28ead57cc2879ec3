// Notifications of the desktop: whether one wants them in this browser, what is worth one, and what it says.
import { chime } from "./chime";
import type { Carried } from "./clicks";
import type { Entry } from "../wire/frames";
import type { Klatch } from "../klatch";
import { spellSpot } from "../rooms/places";
import { isQuiet, notifyOf } from "../rooms/preferences";
import type { Room } from "../rooms/rooms";
import { browserStorage } from "../wire/secrets";
import { Topic } from "../topic";
import { isMessage } from "../log/view";
import { words } from "../words";

const WANTED = "klatch.notifying";
const SOUND = "klatch.sound";
const LINES_MOST = 4;
const LENGTH_MOST = 200;

/** `missing`: this browser has none, or not for a page without TLS. `blocked`: one said no to the browser. */
export type Ability = "missing" | "blocked" | "off" | "on";

/** What is shown of one room: one notification, however much arrives. */
export interface Shown {
  title: string;
  body: string;
  spot: string;
}

interface Told {
  count: number;
  lines: string[];
}

export class Notifying {
  readonly changed = new Topic();
  /** What was told of each room since it was looked at last: how much, and the last lines. */
  #told = new Map<string, Told>();
  #attended: readonly string[] = [];
  #memory = new Map<string, string>();

  get ability(): Ability {
    if (typeof Notification === "undefined" || !globalThis.isSecureContext) return "missing";
    if (Notification.permission === "denied") return "blocked";
    return Notification.permission === "granted" && this.#read(WANTED) === "yes" ? "on" : "off";
  }

  get sounds(): boolean {
    return this.#read(SOUND) === "yes";
  }

  /** One wants them: the browser asks, which it does only because one pressed a button. */
  async turnOn(): Promise<void> {
    this.#write(WANTED, (await Notification.requestPermission()) === "granted" ? "yes" : "");
  }

  turnOff(): void {
    this.#write(WANTED, "");
  }

  setSounds(wanted: boolean): void {
    this.#write(SOUND, wanted ? "yes" : "");
    if (wanted) chime();
  }

  /** Something was said that is not one's own. */
  hear(klatch: Klatch, room: Room, entry: Entry, named: boolean): void {
    if (!isWorth(klatch, room, named) || klatch.standing.blocked.has(entry.author.id)) return;
    if (this.sounds) chime();
    if (this.ability !== "on") return;
    const before = this.#told.get(room.id) ?? { count: 0, lines: [] };
    const lines = [...before.lines, spell(klatch, room, entry)].slice(-LINES_MOST);
    const told = { count: before.count + 1, lines };
    this.#told.set(room.id, told);
    void show(room.id, compose(klatch, room, entry, told));
  }

  /** Rooms are looked at, in this tab or another: nothing needs to be told of them any more. */
  settle(rooms: readonly string[]): void {
    for (const room of rooms) {
      this.#told.delete(room);
      if (!this.#attended.includes(room)) void close(room);
    }
    this.#attended = rooms;
  }

  #read(key: string): string {
    return this.#memory.get(key) ?? browserStorage()?.getItem(key) ?? "";
  }

  #write(key: string, value: string): void {
    try {
      browserStorage()?.setItem(key, value);
    } catch {
      this.#memory.set(key, value);
    }
    this.changed.tell();
  }
}

export const notifying = new Notifying();

/** Whether one wants to be told of it now, by this tab. */
export function isWorth(klatch: Klatch, room: Room, named: boolean): boolean {
  const level = notifyOf(room);
  if (level === "none" || (level === "mentions" && !named)) return false;
  return klatch.leads && !klatch.attended.includes(room.id) && !isQuiet(klatch);
}

/** What a notification says; several of a room become one. */
export function compose(klatch: Klatch, room: Room, entry: Entry, { count, lines }: Told): Shown {
  const who = klatch.nameOf(entry.author);
  const one = room.isDirect ? who : words.notifying.from(who, room.name);
  const title = count > 1 ? words.notifying.several(room.isDirect ? who : room.name, count) : one;
  return { title, body: lines.join("\n"), spot: spellSpot({ room: room.name, seq: entry.seq }) };
}

function spell(klatch: Klatch, room: Room, entry: Entry): string {
  const text = isMessage(entry.body) ? entry.body.text : "";
  // What was hidden stays hidden, and code is not read from a corner of the screen.
  const plain = text.replace(/\|\|.+?\|\|/gs, "…").replace(/```.*?(```|$)/gs, "…").replace(/\s+/g, " ").trim();
  const short = plain.length > LENGTH_MOST ? `${plain.slice(0, LENGTH_MOST)}…` : plain;
  return room.isDirect ? short : `${klatch.nameOf(entry.author)}: ${short}`;
}

async function show(room: string, { title, body, spot }: Shown): Promise<void> {
  const data: Carried = { spot };
  const options = { body, tag: `klatch-${room}`, icon: "/icon-192.png", data, silent: true };
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  // Where there is a service worker the notification outlives the tab; on phones there is no other way.
  if (registration?.active) return registration.showNotification(title, options);
  const notification = new Notification(title, options);
  notification.onclick = () => {
    window.focus();
    location.hash = spot;
    notification.close();
  };
}

async function close(room: string): Promise<void> {
  const registration = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
  for (const notification of (await registration?.getNotifications({ tag: `klatch-${room}` })) ?? []) notification.close();
}
