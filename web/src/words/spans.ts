// Lengths of time as people choose and read them.
import { measure } from "./locale";

/** Ten minutes, an hour, eight hours, a day, a week, four weeks; in seconds. */
export const SPANS = [600, 3_600, 28_800, 86_400, 604_800, 2_419_200];

const UNITS = [
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** In the largest unit of which it is a whole number: "1 hour", "90 seconds". */
export function spanOf(seconds: number): string {
  const [unit, size] = UNITS.find(([, each]) => seconds % each === 0) ?? ["second", 1];
  return measure(seconds / size, unit);
}
