// The words of the language that this page speaks: chosen before anything is drawn, and drawn anew when another is.
import { Topic } from "../topic";
import { en, type Words } from "./en";

export type { Words };
export let words: Words = en;
export const spoken = new Topic();

/** From now on the page speaks these words. */
export function speak(chosen: Words): void {
  words = chosen;
  spoken.tell();
}
