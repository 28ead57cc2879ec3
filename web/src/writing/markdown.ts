// Words with a little form: emphasis, code, lists, quotes, tables, links, spoilers. Nothing else gets through.
import DOMPurify from "dompurify";
import { Marked, type TokenizerExtension, type RendererExtension, type Tokens } from "marked";
import { coloured, highlighted } from "./highlighting";
import { words } from "../words";

type Extension = TokenizerExtension & RendererExtension;

const escape = (text: string) =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const mention: Extension = {
  name: "mention",
  level: "inline",
  start: (source) => source.search(/(^|[^\p{L}\p{N}_/])[@#][\p{L}_]/u),
  tokenizer(source) {
    const found = /^[@#][\p{L}_][\p{L}\p{N}_\-.]*[\p{L}\p{N}_]|^[@#][\p{L}_]/u.exec(source);
    return found ? { type: "mention", raw: found[0] } : undefined;
  },
  renderer: ({ raw }) =>
    raw.startsWith("#")
      ? `<a class="place" href="${escape(raw)}">${escape(raw)}</a>`
      : `<span class="mention">${escape(raw)}</span>`,
};

const spoiler: Extension = {
  name: "spoiler",
  level: "inline",
  start: (source) => source.indexOf("||"),
  tokenizer(source) {
    const found = /^\|\|(?=\S)([^\n]*?\S)\|\|/.exec(source);
    return found ? { type: "spoiler", raw: found[0], tokens: this.lexer.inlineTokens(found[1] ?? "") } : undefined;
  },
  renderer(token) {
    // Whoever hears the page hears no more of it than whoever sees it.
    return `<span class="spoiler" role="button" tabindex="0" aria-label="${escape(words.timeline.spoiler)}"><span>${this.parser.parseInline(token.tokens ?? [])}</span></span>`;
  },
};

const marked = new Marked({ gfm: true, breaks: true, async: false }).use({
  extensions: [mention, spoiler],
  tokenizer: {
    // What people write is text: no HTML, and nothing that eats a line or makes one large by accident.
    html: () => undefined,
    tag: () => undefined,
    def: () => undefined,
    lheading: () => undefined,
    code: () => undefined,
  },
  renderer: {
    link({ href, title, tokens }: Tokens.Link) {
      const words = this.parser.parseInline(tokens);
      if (!/^(https?:\/\/|mailto:)/i.test(href)) return words;
      const hover = title ? ` title="${escape(title)}"` : "";
      return `<a href="${escape(href)}"${hover} target="_blank" rel="noopener noreferrer nofollow">${words}</a>`;
    },
    // A picture of elsewhere would tell elsewhere who reads: it is a link.
    image({ href, text }: Tokens.Image) {
      if (!/^https?:\/\//i.test(href)) return escape(text || href);
      return `<a href="${escape(href)}" target="_blank" rel="noopener noreferrer nofollow">${escape(text || href)}</a>`;
    },
    code({ text, lang }: Tokens.Code) {
      const language = /^[\w+#.-]{1,32}/.exec(lang ?? "")?.[0] ?? "";
      const code = highlighted(text, language.toLowerCase()) ?? escape(text);
      const bar = `<div class="bar"><span>${escape(language)}</span><button class="copy">${escape(words.message.copyCode)}</button></div>`;
      return `<div class="code" dir="ltr">${bar}<pre tabindex="0"><code>${code}\n</code></pre></div>\n`;
    },
    table(token: Tokens.Table) {
      const cell = ({ tokens, align }: Tokens.TableCell, tag: string) =>
        `<${tag}${align ? ` align="${align}"` : ""}>${this.parser.parseInline(tokens)}</${tag}>`;
      const row = (cells: Tokens.TableCell[], tag: string) => `<tr>${cells.map((each) => cell(each, tag)).join("")}</tr>`;
      const body = token.rows.map((cells) => row(cells, "td")).join("");
      return `<div class="sheet" tabindex="0"><table><thead>${row(token.header, "th")}</thead><tbody>${body}</tbody></table></div>\n`;
    },
    heading({ tokens }: Tokens.Heading) {
      return `<p><strong>${this.parser.parseInline(tokens)}</strong></p>`;
    },
    checkbox({ checked }: Tokens.Checkbox) {
      return checked ? "☑ " : "☐ ";
    },
  },
});

/** The text as HTML, not yet cleaned. */
export function spell(text: string): string {
  // A line that begins with a mark of a table or list is what its writer meant; blank lines at the ends are not.
  return marked.parse(text.replace(/^\n+|\s+$/g, "")) as string;
}

const ALLOWED = {
  ALLOWED_TAGS: [
    ...["p", "br", "strong", "em", "del", "code", "pre", "blockquote", "ul", "ol", "li", "a", "span", "hr", "div", "button"],
    ...["table", "thead", "tbody", "tr", "th", "td"],
  ],
  ALLOWED_ATTR: ["href", "title", "target", "rel", "class", "align", "start", "role", "tabindex", "aria-label", "dir"],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|#)/i,
  // Else all that is allowed is taken for an address, and goes unless it is one.
  ADD_URI_SAFE_ATTR: ["target", "rel", "align", "start", "tabindex", "aria-label"],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
};

let done = new WeakMap<object, string>();
coloured.subscribe(() => (done = new WeakMap()));

/** The text of a message as safe HTML; worked out once for each `body`. */
export function toHtml(body: { text: string }): string {
  let html = done.get(body);
  if (html === undefined) {
    html = isPlain(body.text) ? `<p>${escape(body.text).replaceAll("\n", "<br>")}</p>` : clean(body.text);
    done.set(body, html);
  }
  return html;
}

function clean(text: string): string {
  return DOMPurify.sanitize(spell(text), ALLOWED);
}

/** Whether there is nothing but words, as in most messages. */
function isPlain(text: string): boolean {
  return !/[*_`~#>|[\]<&@\\]|:\/\/|www\.|^\s*([-+]|\d+[.)])\s|^\s*[-=]{3,}/m.test(text) && !/\S@\S|\n\s*\n/.test(text);
}
