// What was done by those who run the server, as a sentence.
import type { Audited } from "../wire/frames";
import { number } from "../words/locale";
import { admin } from "../words/admin";

const KINDS: Record<string, string[]> = {
  people: ["suspend", "unsuspend", "server_role", "erase"],
  rooms: ["kick", "role", "delete", "set_room", "rename_room", "delete_room"],
  order: ["ban", "unban", "mute", "unmute"],
  links: ["link", "revoke_link", "reset_link", "token"],
  house: ["pause", "resume", "keep", "configure"],
};

export function kindOf(act: string): string {
  return Object.keys(KINDS).find((kind) => KINDS[kind]?.includes(act)) ?? "";
}

/** What somebody did, after their name. */
export function tellAct({ act, person, room, detail = "", change }: Audited): string {
  if (change) return admin.audit.changed(nameOf(change.name), valueOf(change.value), valueOf(change.before));
  const told = admin.audit.did[act]?.(person?.name ?? "", room?.name ?? "", detail);
  return told ?? admin.audit.other(act, [person?.name, room?.name, detail].filter(Boolean).join(", "));
}

/** What a setting is called. */
export function nameOf(setting: string): string {
  return admin.settings.names[setting] ?? setting;
}

/** What a setting is, as one reads it. */
export function valueOf(value: boolean | number | string): string {
  if (typeof value === "boolean") return value ? admin.settings.on : admin.settings.off;
  return typeof value === "number" ? number(value) : (admin.settings.words[value] ?? value);
}
