// The words of the language that this page speaks: chosen once, before anything is drawn.
import { en, type Words } from "./en";

export let words: Words = en;

/** From now on the page speaks these words. */
export function speak(chosen: Words): void {
  words = chosen;
}
