// Times as people say them.
import { words } from "./words";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const nearDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const farDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

export function timeOf(ts: number): string {
  return clock.format(ts);
}

export function fullTimeOf(ts: number): string {
  return whole.format(ts);
}

/** The local day of a time, as a number that grows by one a day. */
export function dayNumber(ts: number): number {
  const date = new Date(ts);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

export function dayOf(ts: number, now: number): string {
  const ago = dayNumber(now) - dayNumber(ts);
  if (ago === 0) return words.timeline.today;
  if (ago === 1) return words.timeline.yesterday;
  return (ago < 300 ? nearDay : farDay).format(ts);
}
