// Times as people say them.
import { ofLocale } from "./locale";
import { words } from ".";

const clock = ofLocale((tag) => new Intl.DateTimeFormat(tag, { timeStyle: "short" }));
const whole = ofLocale((tag) => new Intl.DateTimeFormat(tag, { dateStyle: "full", timeStyle: "medium" }));
const moment = ofLocale((tag) => new Intl.DateTimeFormat(tag, { dateStyle: "medium", timeStyle: "short" }));
const nearDay = ofLocale((tag) => new Intl.DateTimeFormat(tag, { weekday: "long", day: "numeric", month: "long" }));
const farDay = ofLocale((tag) => new Intl.DateTimeFormat(tag, { day: "numeric", month: "long", year: "numeric" }));
const relative = ofLocale((tag) => new Intl.RelativeTimeFormat(tag, { numeric: "auto" }));

/** The time of day, with 12 or 24 hours as is usual there. */
export function timeOf(ts: number): string {
  return clock().format(ts);
}

/** The time of day for a narrow column: without "PM". */
export function narrowTimeOf(ts: number): string {
  const parts = clock().formatToParts(ts).filter((part) => part.type !== "dayPeriod");
  return parts.map((part) => part.value).join("").trim();
}

export function fullTimeOf(ts: number): string {
  return whole().format(ts);
}

/** A day and time in few words. */
export function momentOf(ts: number): string {
  return moment().format(ts);
}

/** How long ago: "5 minutes ago", "yesterday"; after a week the day. */
export function agoOf(ts: number, now: number): string {
  const minutes = Math.round((ts - now) / 60_000);
  if (minutes > -60) return relative().format(Math.min(0, minutes), "minute");
  const days = dayNumber(ts) - dayNumber(now);
  if (days === 0) return relative().format(Math.round(minutes / 60), "hour");
  return days > -7 ? relative().format(days, "day") : dayOf(ts, now);
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
  return (ago < 300 ? nearDay() : farDay()).format(ts);
}
