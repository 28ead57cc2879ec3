// Roles, and what one is in a room: the twin of core/permissions.role_in_room.
import type { Klatch } from "../klatch";
import type { Room } from "./rooms";

/** From most to least. */
export const ROLES = ["owner", "admin", "moderator", "member", "guest"] as const;

export function rank(role: string | null | undefined): number {
  const place = ROLES.indexOf(role as (typeof ROLES)[number]);
  return place < 0 ? 0 : ROLES.length - place;
}

/** What somebody is in a room: in an open one that they are in, who runs the server is that there, too. */
export function roleIn(serverRole: string, roomRole: string | null | undefined, kind: string): string | null {
  if (!roomRole) return null;
  return kind === "open" && rank(serverRole) > rank("moderator") && rank(serverRole) > rank(roomRole) ? serverRole : roomRole;
}

export function myRoleIn(klatch: Klatch, room: Room): string | null {
  return roleIn(klatch.role, room.state.role, room.state.kind);
}
