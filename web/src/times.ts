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
  if (ts >= day.from && ts < day.to) return day.number;
  const date = new Date(ts);
  const [year, month, at] = [date.getFullYear(), date.getMonth(), date.getDate()];
  const number = numberOf(date);
  day = { number, from: new Date(year, month, at).getTime(), to: new Date(year, month, at + 1).getTime() };
  return number;
}

/** The day that was asked about last: the next question is mostly about the same. */
let day = { number: 0, from: 0, to: 0 };

function numberOf(date: Date): number {
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

export function dayOf(ts: number, now: number): string {
  const ago = dayNumber(now) - dayNumber(ts);
  if (ago === 0) return words.timeline.today;
  if (ago === 1) return words.timeline.yesterday;
  return (ago < 300 ? nearDay : farDay).format(ts);
}
