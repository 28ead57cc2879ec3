// What one may do in a room, by the table of core/permissions. The server decides; here only what it would refuse is not offered.
import { LEAST_ROLE } from "../wire/frames";
import type { Klatch } from "../klatch";
import { myRoleIn, rank, ROLES } from "./ranks";
import type { Room } from "./rooms";

export type Act = keyof typeof LEAST_ROLE;

/** Whether the roles let one do it; in a direct room nobody stands above anybody. */
export function may(klatch: Klatch, room: Room, act: Act): boolean {
  const [server, least] = LEAST_ROLE[act];
  if (rank(klatch.role) < rank(server)) return false;
  return least === null || rank(myRoleIn(klatch, room)) >= rank(least);
}

/** Whether one may do it to somebody, who has to be below one. */
export function mayTo(klatch: Klatch, room: Room, act: Act, role: string | null | undefined): boolean {
  return !room.isDirect && may(klatch, room, act) && rank(myRoleIn(klatch, room)) > rank(role ?? "guest");
}

/** The roles that one may give in a room, from most to least. */
export function givable(klatch: Klatch, room: Room): string[] {
  const mine = rank(myRoleIn(klatch, room));
  return ROLES.filter((role) => rank(role) <= mine);
}
