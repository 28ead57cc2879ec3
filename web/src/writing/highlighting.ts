// Colours for code, in a part of the page that is fetched when the first code is shown. Until then code is plain.
import { Topic } from "../topic";

/** Tells that code can be coloured from now on. */
export const coloured = new Topic();

type Highlight = (code: string, language: string) => string | null;
let highlight: Highlight | null = null;
let asked = false;

/** Code as HTML with classes for its parts; null while there are no colours, or none for its language. */
export function highlighted(code: string, language: string): string | null {
  if (!highlight) fetchColours();
  return highlight?.(code, language) ?? null;
}

function fetchColours(): void {
  if (asked) return;
  asked = true;
  import("./languages").then(
    (languages) => {
      highlight = languages.highlight;
      coloured.tell();
    },
    // The server may be away: the next code asks again.
    () => (asked = false),
  );
}
