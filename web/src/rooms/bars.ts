// Whether one may write in a room, by what the server told. It decides; here is only said beforehand why it would not.
import { isDirectName, namesIn, personNamed } from "./direct";
import type { Klatch } from "../klatch";
import { myRoleIn, rank } from "./ranks";
import type { Room } from "./rooms";
import { FOR_GOOD, holds } from "./standing";
import { lastOwn } from "../log/timeline";

/** What keeps one from writing; `until` is when that ends (ms UTC; null: nobody knows), `by` and `reason` if they were told. */
export interface Bar {
  why: "paused" | "muted" | "archived" | "posting" | "blocked";
  until: number | null;
  /** Who paused, whom one has blocked, or the role that is needed. */
  name: string;
  reason: string;
}

const POSTING: Record<string, string> = { everyone: "guest", members: "member", moderators: "moderator" };

export function barOf(klatch: Klatch, room: Room | null, name: string, now: number): Bar | null {
  const { standing } = klatch;
  if (standing.paused && rank(klatch.role) < rank("moderator")) {
    return { why: "paused", until: null, name: standing.paused.by, reason: standing.paused.reason };
  }
  const mutes = [standing.muted, room?.state.muted ?? null].filter((until) => holds(until, now)) as number[];
  if (mutes.length) return { why: "muted", until: mutes.includes(FOR_GOOD) ? null : Math.max(...mutes), name: "", reason: "" };
  if (isDirectName(name)) return blockedIn(klatch, name);
  const rules = room?.state.rules;
  if (rules?.archived) return { why: "archived", until: null, name: "", reason: "" };
  const least = POSTING[rules?.posting ?? "everyone"] ?? "guest";
  if (room && rank(myRoleIn(klatch, room)) < rank(least)) return { why: "posting", until: null, name: least, reason: "" };
  return null;
}

/** Until when slow mode has one wait (ms UTC), or 0. */
export function slowUntil(klatch: Klatch, room: Room | null, now: number): number {
  const slow = (room?.state.rules?.slow ?? 0) * 1_000;
  if (!room || !slow || rank(myRoleIn(klatch, room)) >= rank("moderator")) return 0;
  const last = lastOwn(room.items, klatch.account?.id ?? "");
  const until = last ? last.ts + slow : 0;
  // A clock that goes wrong here must not have one wait for longer than the room does.
  return until > now ? Math.min(until, now + slow) : 0;
}

/** With one whom one has blocked one does not talk. */
function blockedIn(klatch: Klatch, name: string): Bar | null {
  for (const each of namesIn(name)) {
    const id = personNamed(klatch, each)?.id;
    const blocked = id !== undefined ? klatch.standing.blocked.has(id) : [...klatch.standing.blocked.values()].includes(each);
    if (blocked) return { why: "blocked", until: null, name: each, reason: "" };
  }
  return null;
}
