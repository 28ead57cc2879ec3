// What those ask for who run the server. Each asks the server anew: nothing of it is kept.
import { SECTIONS, type Section } from "./administration";
import type {
  AccountsTold,
  AccountState,
  AnyCommand,
  Audit,
  Bans,
  Entry,
  FiguresTold,
  Held,
  LinksTold,
  LinkState,
  Range,
  Rooms,
  RoomState,
  SettingState,
  SettingsTold,
} from "../wire/frames";
import type { Klatch } from "../klatch";
import { byName } from "../words/locale";
import { randomText } from "../wire/secrets";

const PAGE = 200;
const DAY = 86_400_000;
/** More people than this are found by the beginning of their name alone. */
const PEOPLE_MOST = 2_000;
const RANK = ["guest", "member", "moderator", "admin", "owner"];

export function sectionsOf(role: string): Section[] {
  return SECTIONS.filter(([, least]) => !outranks(least, role)).map(([section]) => section);
}

export function outranks(role: string, other: string): boolean {
  return RANK.indexOf(role) > RANK.indexOf(other);
}

/** The roles that somebody may give, the lowest first. */
export function rolesUpTo(role: string): string[] {
  return RANK.slice(1, RANK.indexOf(role) + 1);
}

type Wanted<Command> = Command extends AnyCommand ? Omit<Command, "cid"> : never;

/** Does a command; throws Refused. */
export async function act(klatch: Klatch, command: Wanted<AnyCommand>): Promise<void> {
  await klatch.act({ ...command, cid: randomText() } as AnyCommand);
}

/** All people by name, or as many as one looks through; throws Refused. `more`: there are others. */
export async function listPeople(klatch: Klatch): Promise<{ people: AccountState[]; more: boolean }> {
  const people: AccountState[] = [];
  for (;;) {
    const after = people.at(-1)?.name ?? "";
    const told = await klatch.inquire<AccountsTold>({ op: "accounts", after, limit: PAGE });
    people.push(...told.accounts);
    if (!told.more || people.length >= PEOPLE_MOST) return { people, more: told.more ?? false };
  }
}

/** The rooms that one may see, with how many are in them. */
export async function listRooms(klatch: Klatch): Promise<RoomState[]> {
  const told = await klatch.inquire<Rooms>({ op: "rooms", archived: true, counted: true });
  return told.rooms.filter((room) => room.kind !== "direct").sort((one, other) => byName(one.name, other.name));
}

export async function listLinks(klatch: Klatch): Promise<LinkState[]> {
  return (await klatch.inquire<LinksTold>({ op: "links" })).links;
}

export interface Invitation {
  room: string;
  role: string;
  uses: number;
  days: number;
}

/** Makes an invite link; gives its address. */
export async function invite(klatch: Klatch, { room, role, uses, days }: Invitation): Promise<string> {
  const secret = randomText();
  await act(klatch, { op: "link", secret, role, uses, room: room || null, expires: Date.now() + days * DAY });
  return `${location.origin}/i/${secret}`;
}

/** Makes a link with which somebody sets a new password; gives its address. */
export async function makeReset(klatch: Klatch, user: string): Promise<string> {
  const secret = randomText();
  await act(klatch, { op: "reset_link", user, secret });
  return `${location.origin}/reset/${secret}`;
}

export async function listHeld(klatch: Klatch): Promise<Held[]> {
  return (await klatch.inquire<Bans>({ op: "bans" })).bans;
}

/** A page of the audit log that ends before a number, the newest first. */
export async function readAudit(klatch: Klatch, before: number | null, limit = 50): Promise<{ entries: Entry[]; more: boolean }> {
  const after = before === null ? null : Math.max(0, before - 1 - limit);
  const query: Audit = { op: "audit", limit: before === null ? limit : Math.min(limit, before - 1) };
  const range = await klatch.inquire<Range>(after === null ? query : { ...query, after });
  return { entries: [...range.entries].reverse(), more: (range.entries[0]?.seq ?? 1) > 1 };
}

export async function listSettings(klatch: Klatch): Promise<SettingState[]> {
  return (await klatch.inquire<SettingsTold>({ op: "settings" })).settings;
}

/** Gives a setting another value, or without one that of the start. */
export async function configure(klatch: Klatch, setting: SettingState, value: SettingState["value"] | null): Promise<void> {
  if (setting.command === "keep") await act(klatch, { op: "keep", days: Number(value ?? setting.default) });
  else await act(klatch, { op: "configure", name: setting.name, value });
}

export function readFigures(klatch: Klatch): Promise<FiguresTold> {
  return klatch.inquire<FiguresTold>({ op: "figures" });
}
