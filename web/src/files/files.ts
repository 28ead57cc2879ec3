// Files that messages carry: where they are fetched, how they are shown, and the key that has the browser load them.
import type { Code, File as Sent, FileKey, FilesTold } from "../wire/frames";
import { number } from "../words/locale";
import type { Klatch } from "../klatch";
import { Refused } from "../wire/requests";
import { randomText } from "../wire/secrets";
import { Topic } from "../topic";

export type { Sent };

/** Under this name the parts of the page find who is who. */
export const PEOPLE = Symbol("people");

/** Pixels that a picture takes at most in the timeline. */
const WIDE = 400;
const HIGH = 300;
const RENEW = 6 * 3_600_000;

export const urlOf = (file: Sent, save = false): string => `/api/files/${file.id}/${encodeURIComponent(file.name)}${save ? "?save" : ""}`;
export const previewOf = (file: Sent): string => `/api/files/${file.id}/preview`;
export const pictureOf = (account: string, version: string): string => `/api/people/${account}/avatar/${version}`;

export type Show = "picture" | "paper" | "video" | "audio" | "text" | "";

/** How a file is shown within a message; "" for those that are only named. */
export function showOf(file: Sent): Show {
  const drawn = file.preview && file.width && file.height;
  if (file.type.startsWith("image/") && drawn) return "picture";
  if (file.type === "application/pdf" && drawn) return "paper";
  if (/^video\/(mp4|webm|ogg|quicktime)$/.test(file.type)) return "video";
  if (/^audio\/(mpeg|ogg|wav|flac|mp4|webm)$/.test(file.type)) return "audio";
  return file.type === "text/plain" && file.preview ? "text" : "";
}

/** The pixels that a picture takes in the timeline, known before it is there. */
export function sizeIn(file: Sent, wide = WIDE, high = HIGH): { width: number; height: number; wide: string; ratio: string } {
  const width = file.width ?? 1;
  const height = file.height ?? 1;
  const scale = Math.min(1, wide / width, high / height);
  const shown = { width: Math.max(24, Math.round(width * scale)), height: Math.max(24, Math.round(height * scale)) };
  return { ...shown, wide: `${shown.width}px`, ratio: `${shown.width} / ${shown.height}` };
}

/** A number of bytes as people say it. */
export function spellSize(bytes: number): string {
  if (bytes < 1_000) return `${number(bytes)} B`;
  const step = Math.min(3, Math.floor(Math.log10(bytes) / 3));
  const amount = bytes / 1_000 ** step;
  return `${number(amount < 10 ? Math.round(amount * 10) / 10 : Math.round(amount))} ${["B", "kB", "MB", "GB"][step]}`;
}

export async function filesOf(klatch: Klatch, room: string, before?: number): Promise<FilesTold | null> {
  return klatch.ask<FilesTold>({ op: "files", room, limit: 50, ...(before === undefined ? {} : { before }) });
}

/** Has a picture show one: sent up in one go. */
export async function showMe(klatch: Klatch, file: globalThis.File): Promise<void> {
  await doorOf(klatch).ready();
  const answer = await fetch(`/api/files?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" } });
  const told = (await answer.json()) as Sent & { error?: { code: string; message: string } };
  if (told.error) throw new Refused(told.error as { code: Code; message: string });
  await klatch.act({ op: "avatar", cid: randomText(), file: told.id });
}

export async function showNoPicture(klatch: Klatch): Promise<void> {
  await klatch.act({ op: "avatar", cid: randomText() });
}

/** The key by which the browser fetches files: asked for over the connection, kept by the browser where no script sees it. */
export class FileDoor {
  open = false;
  readonly changed = new Topic();
  #for = "";
  #at = 0;
  #opening: Promise<boolean> | null = null;

  constructor(private readonly klatch: Klatch) {
    klatch.changed.subscribe(() => this.#look());
    this.#look();
  }

  /** Has a new key kept, because the one there is does not do any more; false if there is none to be had now. */
  renew(): Promise<boolean> {
    this.#opening ??= this.#renew().finally(() => (this.#opening = null));
    return this.#opening;
  }

  /** Once the browser shows who asks, as far as that can be had now. */
  async ready(): Promise<void> {
    if (!this.open) await this.#opening;
  }

  #look(): void {
    const id = this.klatch.phase === "in" ? (this.klatch.account?.id ?? "") : "";
    if (id === this.#for && (id === "" || Date.now() - this.#at < RENEW)) return;
    if (id !== this.#for) this.open = false;
    if (id === "") {
      this.#for = "";
      return;
    }
    if (this.klatch.state.name !== "online") return;
    this.#for = id;
    this.#at = Date.now();
    void this.renew();
  }

  async #renew(): Promise<boolean> {
    const told = await this.klatch.ask<FileKey>({ op: "file_key" });
    if (!told) {
      this.#for = "";
      return false;
    }
    try {
      const kept = await fetch("/api/files/key", { method: "PUT", headers: { Authorization: `Bearer ${told.key}` } });
      this.open = kept.ok;
    } catch {
      this.open = false;
    }
    if (!this.open) this.#for = "";
    this.changed.tell();
    return this.open;
  }
}

const doors = new WeakMap<Klatch, FileDoor>();

export function doorOf(klatch: Klatch): FileDoor {
  let door = doors.get(klatch);
  if (!door) doors.set(klatch, (door = new FileDoor(klatch)));
  return door;
}
