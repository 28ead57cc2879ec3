// Finding by a few letters: those that stand at the beginnings of words count most.

/** How well a name goes with what was typed; 0: not at all. The letters must come in their order. */
export function match(sought: string, name: string): number {
  const wanted = plain(sought);
  const text = plain(name);
  if (!wanted) return 1;
  const at = text.indexOf(wanted);
  if (at >= 0) return 1_000 - text.length + (at === 0 ? 2_000 : isStart(text, at) ? 1_000 : 0);
  let score = 0;
  let from = 0;
  for (const letter of wanted) {
    const found = text.indexOf(letter, from);
    if (found < 0) return 0;
    score += isStart(text, found) ? 12 : found === from ? 6 : 1;
    from = found + 1;
  }
  return Math.max(1, score - text.length / 50);
}

/** Those that go with what was typed, the best first; of equal ones that which came first. */
export function best<Thing>(things: readonly Thing[], sought: string, namesOf: (thing: Thing) => string[], most: number): Thing[] {
  return things
    .map((thing, order) => ({ thing, order, score: Math.max(...namesOf(thing).map((name) => match(sought, name))) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score || one.order - other.order)
    .slice(0, most)
    .map(({ thing }) => thing);
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/^[#@]/, "").trim();
}

function isStart(text: string, at: number): boolean {
  return at === 0 || /[^\p{L}\p{N}]/u.test(text[at - 1] ?? "");
}
