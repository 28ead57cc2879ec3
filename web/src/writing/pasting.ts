// What is pasted from a page or a document: its words, with the little form that a message has.

const FORMS = "a[href], strong, b, em, i, code, pre, li, blockquote, del, s";
const BLOCKS = new Set(["P", "DIV", "SECTION", "ARTICLE", "H1", "H2", "H3", "H4", "H5", "H6", "TR", "TABLE", "UL", "OL", "FIGURE"]);

/** HTML as the text of a message; null where there is no form in it: then the plain text is better. */
export function fromHtml(html: string): string | null {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const each of page.querySelectorAll("script, style, head, template")) each.remove();
  if (!page.body.querySelector(FORMS)) return null;
  const text = spell(page.body).replace(/[ \t]+\n/g, "\n").replace(/\n{3,}/g, "\n\n").trim();
  return text || null;
}

function spell(node: Node): string {
  if (node.nodeType === Node.TEXT_NODE) return (node.textContent ?? "").replace(/\s+/g, " ");
  if (!(node instanceof Element)) return "";
  const tag = node.tagName;
  if (tag === "BR") return "\n";
  if (tag === "HR") return "\n\n---\n\n";
  if (tag === "PRE") return `\n\n\`\`\`\n${(node.textContent ?? "").replace(/\n$/, "")}\n\`\`\`\n\n`;
  const words = [...node.childNodes].map(spell).join("");
  switch (tag) {
    case "STRONG":
    case "B":
      // Some editors put all they copy into a bold of no weight.
      return /font-weight:\s*(normal|400)/.test(node.getAttribute("style") ?? "") ? words : mark(words, "**");
    case "EM":
    case "I":
      return mark(words, "*");
    case "DEL":
    case "S":
      return mark(words, "~~");
    case "CODE":
      return mark(words, "`");
    case "A":
      return link(node.getAttribute("href") ?? "", words);
    case "LI":
      return `\n${signOf(node)} ${words.trim().replaceAll("\n", "\n  ")}`;
    case "BLOCKQUOTE":
      return `\n\n${words.trim().split("\n").map((line) => `> ${line}`).join("\n")}\n\n`;
    case "TD":
    case "TH":
      return `${words.trim()} `;
    default:
      return BLOCKS.has(tag) ? `\n${tag === "TR" || tag === "DIV" ? "" : "\n"}${words}\n` : words;
  }
}

/** The blanks stay outside of the marks, where they are none. */
function mark(words: string, sign: string): string {
  const inner = words.trim();
  return inner && !inner.includes("\n") ? words.replace(inner, () => sign + inner + sign) : words;
}

function link(address: string, words: string): string {
  if (!/^(https?:|mailto:)/i.test(address) || !words.trim()) return words;
  return words.trim() === address ? address : `[${words.trim()}](${address})`;
}

function signOf(point: Element): string {
  const list = point.parentElement;
  return list?.tagName === "OL" ? `${[...list.children].indexOf(point) + 1}.` : "-";
}
