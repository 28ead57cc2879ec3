// What holds for oneself on this server: whether one may write, be disturbed, by whom; and whom one has blocked.
import type { Entry, PauseTold, RoomName, Welcome } from "../wire/frames";

/** A time (ms UTC) that is told as -1 does not come. */
export const FOR_GOOD = -1;

/** Whether something that ends at a time, or never, still holds. */
export function holds(until: number | null | undefined, now: number): boolean {
  return until !== null && until !== undefined && (until === FOR_GOOD || until > now);
}

export class Standing {
  /** Until when one wants not to be disturbed, and until when one may write nowhere (ms UTC; -1: for good). */
  quietUntil: number | null = null;
  muted: number | null = null;
  /** Whether only moderators of the server may write; who wanted that, and why, if one was told. */
  paused: { by: string; reason: string } | null = null;
  /** Whether one takes direct messages from guests. */
  guestsWrite = true;
  /** Whether others see how far one has read. */
  sharesReading = true;
  /** Whom one has blocked: names by id. */
  blocked = new Map<string, string>();
  /** The closed rooms that one is invited to, by id. */
  invitations = new Map<string, RoomName>();

  meet(welcome: Welcome): void {
    this.quietUntil = welcome.quiet_until ?? null;
    this.muted = welcome.muted ?? null;
    this.guestsWrite = welcome.guests_write ?? true;
    this.sharesReading = welcome.shares_reading ?? true;
    this.blocked = new Map((welcome.blocked ?? []).map((person) => [person.id, person.name]));
    this.invitations = new Map((welcome.invitations ?? []).map((room) => [room.id, room]));
    if (!welcome.paused) this.paused = null;
    else this.paused ??= { by: "", reason: "" };
  }

  hear(told: PauseTold): void {
    this.paused = told.paused ? { by: told.by.name, reason: told.reason ?? "" } : null;
  }

  /** An entry of one's own log; true if it changed anything here. */
  take({ body }: Entry): boolean {
    switch (body.kind) {
      case "quiet":
        this.quietUntil = body.until ?? null;
        return true;
      case "contact":
        this.guestsWrite = body.guests;
        return true;
      case "share_reading":
        this.sharesReading = body.share;
        return true;
      case "block":
        this.blocked = new Map(this.blocked).set(body.person.id, body.person.name);
        return true;
      case "unblock":
        this.blocked = new Map([...this.blocked].filter(([id]) => id !== body.person.id));
        return true;
      case "mute":
        this.muted = body.until ?? FOR_GOOD;
        return true;
      case "unmute":
        this.muted = null;
        return true;
      case "invited":
        this.invitations = new Map(this.invitations).set(body.room.id, body.room);
        return true;
      case "entered":
      case "departed":
        this.invitations = new Map([...this.invitations].filter(([id]) => id !== body.room.id));
        return true;
      default:
        return false;
    }
  }
}
