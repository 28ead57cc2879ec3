// Writing: marks put around what is selected, lists that go on, what is pasted, and how much fits into a message.

/** The most characters of a message, as the server counts them. */
export const TEXT_MOST = 16_000;

/** A text and what is selected of it. */
export interface Writing {
  text: string;
  from: number;
  to: number;
}

const MARKS: Record<string, string> = { b: "**", i: "*", e: "`" };

/** What a key with Ctrl stands for: a mark around what is selected, or a link of it; null for any other key. */
export function format(key: string, isShifted: boolean, writing: Writing): Writing | null {
  const mark = isShifted ? undefined : MARKS[key.toLowerCase()];
  if (mark) return toggle(writing, mark);
  return isShifted && key.toLowerCase() === "k" ? link(writing) : null;
}

/** Takes the marks away where they stand already. */
function toggle({ text, from, to }: Writing, mark: string): Writing {
  const size = mark.length;
  const around = text.slice(from - size, from) === mark && text.slice(to, to + size) === mark;
  // One star of two is none of its own.
  const isPart = mark === "*" && text.slice(from - 2, from) === "**" && text.slice(from - 3, from) !== "***";
  if (around && !isPart) {
    return { text: text.slice(0, from - size) + text.slice(from, to) + text.slice(to + size), from: from - size, to: to - size };
  }
  const chosen = text.slice(from, to);
  const fenced = mark === "`" && chosen.includes("\n");
  const [before, after] = fenced ? ["```\n", "\n```"] : [mark, mark];
  return { text: text.slice(0, from) + before + chosen + after + text.slice(to), from: from + before.length, to: to + before.length };
}

/** What is selected becomes the words of a link, or its address if it is one. */
function link({ text, from, to }: Writing): Writing {
  const chosen = text.slice(from, to);
  const isAddress = /^https?:\/\/\S+$/.test(chosen);
  const made = isAddress ? `[](${chosen})` : `[${chosen}](https://)`;
  const at = isAddress ? from + 1 : from + chosen.length + 3;
  return { text: text.slice(0, from) + made + text.slice(to), from: at, to: isAddress ? at : at + "https://".length };
}

/** A new line in a list or quote begins as its last one; an empty point ends the list. Null where there is none. */
export function continueList({ text, from, to }: Writing): Writing | null {
  if (from !== to) return null;
  const begin = text.lastIndexOf("\n", from - 1) + 1;
  const line = text.slice(begin, from);
  const [, indent = "", sign = "", said = ""] = /^(\s*)([-*+]|\d{1,9}[.)]|>)\s(.*)$/s.exec(line) ?? [];
  if (!sign) return null;
  if (!said.trim()) return { text: text.slice(0, begin) + text.slice(from), from: begin, to: begin };
  const next = /\d/.test(sign) ? `${Number.parseInt(sign, 10) + 1}${sign.at(-1)}` : sign;
  const added = `\n${indent}${next} `;
  return { text: text.slice(0, from) + added + text.slice(from), from: from + added.length, to: from + added.length };
}

/** By how many characters a text is too long for a message. */
export function surplusOf(text: string): number {
  return text.length <= TEXT_MOST ? 0 : Math.max(0, [...text].length - TEXT_MOST);
}
