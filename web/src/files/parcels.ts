// Files on their way up: kept by the browser until they are there, sent piece by piece, and said once all of them are.
import { openDB, type IDBPDatabase } from "idb";
import { Backoff } from "../wire/backoff";
import { doorOf, type Sent } from "./files";
import type { Klatch } from "../klatch";
import { randomText } from "../wire/secrets";
import { Topic } from "../topic";

const PIECE = 8 * 1_048_576;
/** Milliseconds in which something must have moved, and in which an answer must have come. */
const STALLED = 20_000;
const ANSWERED = 60_000;
const TUS = { "Tus-Resumable": "1.0.0" };
/** What may go well later; everything else is an answer. */
const LATER = new Set([0, 401, 409, 423, 429, 500, 502, 503, 504]);

/** A file on its way. `shipment` is the message that is to carry it, once that was sent off. */
export interface Parcel {
  id: string;
  owner: string;
  room: string;
  blob: Blob;
  name: string;
  at: number;
  url: string;
  shipment: string;
  /** What it is at the server, once it is whole. */
  sent: Sent | null;
}

/** A message that waits for its files; its id is that of the command. */
export interface Shipment {
  id: string;
  owner: string;
  room: string;
  text: string;
  replyTo: number | null;
  at: number;
}

export interface Going {
  parcel: Parcel;
  offset: number;
  /** Why it will not go; "" while it does. */
  fault: string;
  picture: string;
}

type Answered = { status: number; headers: (name: string) => string | null; body: string };

export class Parcels {
  readonly changed = new Topic();
  #going = new Map<string, Going>();
  #shipments = new Map<string, Shipment>();
  #requests = new Map<string, XMLHttpRequest>();
  #kept: Promise<IDBPDatabase | null>;
  #owner = "";
  /** Whole files by id, for messages that are shown before the server told them. */
  readonly known = new Map<string, Sent>();

  constructor(private readonly klatch: Klatch) {
    this.#kept = openParcels().catch(() => null);
    klatch.changed.subscribe(() => this.#look());
    this.#look();
  }

  /** What is put to the next message of a room. */
  waiting(room: string): Going[] {
    return [...this.#going.values()].filter(({ parcel }) => parcel.room === room && !parcel.shipment);
  }

  /** Messages of a room that wait for their files. */
  shipped(room: string): { shipment: Shipment; going: Going[] }[] {
    return [...this.#shipments.values()]
      .filter((shipment) => shipment.room === room)
      .map((shipment) => ({ shipment, going: [...this.#going.values()].filter(({ parcel }) => parcel.shipment === shipment.id) }));
  }

  /** Takes files; they go up at once. */
  offer(room: string, files: readonly globalThis.File[]): void {
    for (const file of files) {
      const parcel: Parcel = { id: randomText(), owner: this.#owner, room, blob: file, name: file.name || "file", at: Date.now(), url: "", shipment: "", sent: null };
      this.#put(parcel);
      void this.#keep("parcels", parcel);
    }
    this.changed.tell();
  }

  /** Sends a message off with what was put to it: it is said once all of that is there. */
  ship(room: string, text: string, replyTo: number | null): void {
    const shipment: Shipment = { id: randomText(), owner: this.#owner, room, text, replyTo, at: Date.now() };
    this.#shipments.set(shipment.id, shipment);
    void this.#keep("shipments", shipment);
    for (const { parcel } of this.waiting(room).filter(({ fault }) => !fault)) {
      parcel.shipment = shipment.id;
      void this.#keep("parcels", parcel);
    }
    this.#sayIfWhole(shipment.id);
    this.changed.tell();
  }

  /** Takes one back. */
  cancel(id: string): void {
    const going = this.#going.get(id);
    if (!going) return;
    this.#requests.get(id)?.abort();
    const { url, shipment } = going.parcel;
    if (url) void this.#ask(id, "DELETE", url, TUS);
    this.#drop(id);
    const ship = this.#shipments.get(shipment);
    if (ship && !this.#of(shipment).length && !ship.text) this.#unship(shipment);
    else if (ship) this.#sayIfWhole(shipment);
    this.changed.tell();
  }

  /** Tries one again that would not go. */
  again(id: string): void {
    const going = this.#going.get(id);
    if (!going?.fault) return;
    going.fault = "";
    void this.#carry(going);
    this.changed.tell();
  }

  #of(shipment: string): Going[] {
    return [...this.#going.values()].filter(({ parcel }) => parcel.shipment === shipment);
  }

  #look(): void {
    const owner = this.klatch.phase === "in" ? (this.klatch.account?.id ?? "") : "";
    if (owner === this.#owner) return;
    for (const request of this.#requests.values()) request.abort();
    this.#going.clear();
    this.#shipments.clear();
    this.#owner = owner;
    if (owner) void this.#adopt(owner);
  }

  /** Takes over what an earlier page left; what another tab is carrying just now is that tab's. */
  async #adopt(owner: string): Promise<void> {
    const kept = await this.#kept;
    if (!kept) return;
    const mine = async () => {
      const shipments = (await kept.getAll("shipments").catch(() => [])) as Shipment[];
      const parcels = (await kept.getAll("parcels").catch(() => [])) as Parcel[];
      if (this.#owner !== owner) return;
      for (const each of shipments.filter((one) => one.owner === owner && !this.#shipments.has(one.id))) this.#shipments.set(each.id, each);
      for (const each of parcels.filter((one) => one.owner === owner && !this.#going.has(one.id))) this.#put(each);
      for (const id of this.#shipments.keys()) this.#sayIfWhole(id);
      this.changed.tell();
    };
    if (!("locks" in navigator)) return mine();
    // Whoever holds it carries what is kept, for as long as the tab is open.
    void navigator.locks.request(`klatch-parcels-${owner}`, { ifAvailable: true }, async (lock) => {
      if (!lock) return;
      await mine();
      await new Promise<void>((resolve) => {
        const end = this.klatch.changed.subscribe(() => {
          if (this.#owner === owner) return;
          end();
          resolve();
        });
      });
    });
  }

  #put(parcel: Parcel): void {
    const shown = /^image\/(png|jpeg|gif|webp|avif)$/.test(parcel.blob.type) ? URL.createObjectURL(parcel.blob) : "";
    const going: Going = { parcel, offset: parcel.sent ? parcel.blob.size : 0, fault: "", picture: shown };
    this.#going.set(parcel.id, going);
    if (parcel.sent) this.known.set(parcel.sent.id, parcel.sent);
    else void this.#carry(going);
  }

  #drop(id: string): void {
    const going = this.#going.get(id);
    if (going?.picture) URL.revokeObjectURL(going.picture);
    this.#going.delete(id);
    void this.#kept.then((kept) => kept?.delete("parcels", id)).catch(() => undefined);
  }

  #unship(id: string): void {
    this.#shipments.delete(id);
    void this.#kept.then((kept) => kept?.delete("shipments", id)).catch(() => undefined);
  }

  #sayIfWhole(id: string): void {
    const shipment = this.#shipments.get(id);
    const going = this.#of(id);
    if (!shipment || going.some(({ parcel }) => !parcel.sent)) return;
    const files = going.sort((one, other) => one.parcel.at - other.parcel.at).map(({ parcel }) => (parcel.sent as Sent).id);
    if (files.length || shipment.text) this.klatch.sayWith(shipment.room, shipment.id, shipment.text, shipment.replyTo, files);
    for (const { parcel } of going) this.#drop(parcel.id);
    this.#unship(id);
    this.changed.tell();
  }

  /** Carries one to its end, over networks that break off. */
  async #carry(going: Going): Promise<void> {
    const backoff = new Backoff(Math.random);
    const { parcel } = going;
    await doorOf(this.klatch).ready();
    while (this.#going.get(parcel.id) === going && !going.fault && !parcel.sent) {
      try {
        if (!parcel.url) await this.#begin(going);
        await this.#catchUp(going);
        while (going.offset < parcel.blob.size) {
          await this.#send(going);
          backoff.reset();
        }
        await this.#finish(going);
      } catch (failure) {
        if (this.#going.get(parcel.id) !== going) return;
        const { status, said } = failure as { status?: number; said?: string };
        if (status === 404 && parcel.url) parcel.url = ""; // it was cleared away: anew
        else if (status !== undefined && !LATER.has(status)) going.fault = said ?? "";
        else {
          if (status === 401) await doorOf(this.klatch).renew();
          await Promise.race([new Promise((resolve) => setTimeout(resolve, backoff.next(500))), once("online")]);
        }
        this.changed.tell();
      }
    }
  }

  async #begin(going: Going): Promise<void> {
    const { parcel } = going;
    const told = { filename: parcel.name, filetype: parcel.blob.type };
    const metadata = Object.entries(told).filter(([, value]) => value).map(([key, value]) => `${key} ${base64(value)}`);
    const answer = await this.#ask(parcel.id, "POST", "/api/files/", { ...TUS, "Upload-Length": String(parcel.blob.size), "Upload-Metadata": metadata.join(",") });
    parcel.url = answer.headers("location") ?? "";
    await this.#keep("parcels", parcel);
  }

  async #catchUp(going: Going): Promise<void> {
    const answer = await this.#ask(going.parcel.id, "HEAD", going.parcel.url, TUS);
    going.offset = Number(answer.headers("upload-offset"));
    this.changed.tell();
  }

  async #send(going: Going): Promise<void> {
    const { parcel, offset } = going;
    const piece = parcel.blob.slice(offset, offset + PIECE);
    const headers = { ...TUS, "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" };
    const answer = await this.#ask(parcel.id, "PATCH", parcel.url, headers, piece, (came) => {
      going.offset = offset + came;
      this.changed.tell();
    });
    going.offset = Number(answer.headers("upload-offset"));
    this.changed.tell();
  }

  async #finish(going: Going): Promise<void> {
    const { parcel } = going;
    const answer = await this.#ask(parcel.id, "GET", parcel.url, {});
    parcel.sent = (JSON.parse(answer.body) as { file?: Sent }).file ?? null;
    if (!parcel.sent) return;
    this.known.set(parcel.sent.id, parcel.sent);
    await this.#keep("parcels", parcel);
    this.#sayIfWhole(parcel.shipment);
    this.changed.tell();
  }

  async #keep(store: "parcels" | "shipments", what: Parcel | Shipment): Promise<void> {
    // Full or forbidden: it lasts as long as the page.
    await (await this.#kept)?.put(store, what).catch(() => undefined);
  }

  /** One request; throws what went wrong, with the status if there was an answer. */
  #ask(id: string, method: string, url: string, headers: Record<string, string>, body?: Blob, progress?: (came: number) => void): Promise<Answered> {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      if (method !== "DELETE") this.#requests.set(id, request);
      request.open(method, url);
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      // In a tunnel nothing is refused: nothing comes, and nothing more would come by this connection.
      let watch: ReturnType<typeof setTimeout> | undefined;
      const within = (time: number) => {
        clearTimeout(watch);
        watch = setTimeout(() => request.abort(), time);
      };
      within(body ? STALLED : ANSWERED);
      request.upload.onprogress = (event) => {
        within(STALLED);
        progress?.(event.loaded);
      };
      request.upload.onload = () => within(ANSWERED);
      request.onloadend = () => clearTimeout(watch);
      request.onload = () => {
        if (request.status < 400) resolve({ status: request.status, headers: (name) => request.getResponseHeader(name), body: request.responseText });
        else reject({ status: request.status, said: messageIn(request.responseText) });
      };
      request.onerror = request.onabort = request.ontimeout = () => reject({ status: 0 });
      request.send(body);
    });
  }
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message ?? "";
  } catch {
    return "";
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function once(name: string): Promise<unknown> {
  return new Promise((resolve) => addEventListener(name, resolve, { once: true }));
}

const all = new WeakMap<Klatch, Parcels>();

export function parcelsOf(klatch: Klatch): Parcels {
  let parcels = all.get(klatch);
  if (!parcels) all.set(klatch, (parcels = new Parcels(klatch)));
  return parcels;
}

/** Where the browser has no database, or lets nobody have one, parcels last as long as the page. */
async function openParcels(): Promise<IDBPDatabase> {
  return openDB("klatch-parcels", 1, {
    upgrade(fresh) {
      fresh.createObjectStore("parcels", { keyPath: "id" });
      fresh.createObjectStore("shipments", { keyPath: "id" });
    },
  });
}
