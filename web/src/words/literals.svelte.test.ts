import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "svelte/compiler";
import { expect, test } from "vitest";

// What the page says stands in the catalogue: here nothing that reads like words may be left in the code around it.
const SOURCE = join(import.meta.dirname, "..");
const SAID = new Set(["aria-label", "aria-description", "aria-roledescription", "title", "placeholder", "alt", "label", "head"]);
const SENTENCE = /^\p{Lu}\p{Ll}+[,:.]?( [\p{L}\p{N}#@'’$]+[.,:]?)+/u;
// What is no text of the page: told to the server, or to whoever works on the page.
const ALLOWED = [/^Klatch in /, /^Mac OS X$/, /^ \(Ctrl\+K\)$/];

interface Node {
  type?: string;
  name?: string;
  data?: string;
  value?: unknown;
}

/** The texts in a file, as far as they are drawn, and the sentences in its code. */
function textsOf(name: string, source: string): string[] {
  const found: string[] = [];
  const seek = (node: unknown, place: string): void => {
    if (Array.isArray(node)) for (const each of node) seek(each, place);
    if (!node || typeof node !== "object" || Array.isArray(node)) return;
    const { type = "", name: attribute, data, value } = node as Node;
    if (type === "ImportDeclaration" || type === "StyleSheet" || type === "Comment") return;
    if (type === "Text" && isSaid(data ?? "") && (place === "" || SAID.has(place))) found.push(data ?? "");
    if (type === "Literal" && typeof value === "string" && isSentence(value)) found.push(value);
    if (type === "TemplateElement" && isSentence((value as { cooked: string }).cooked)) found.push((value as { cooked: string }).cooked);
    const inside = type === "Attribute" ? (attribute ?? "") : type === "Text" ? place : type.endsWith("Element") || type === "Component" ? "" : place;
    for (const [key, each] of Object.entries(node)) if (key !== "leadingComments" && key !== "trailingComments") seek(each, inside);
  };
  const text = name.endsWith(".svelte") ? source : `<script lang="ts">${source}</script>`;
  seek(parse(text, { modern: true }), "");
  return found;
}

function isSaid(text: string): boolean {
  return /\p{L}{2}/u.test(text) && !ALLOWED.some((allowed) => allowed.test(text));
}

function isSentence(text: string): boolean {
  return SENTENCE.test(text) && isSaid(text);
}

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf-8" }).filter(
  (name) => /\.(svelte|ts)$/.test(name) && !/\.test\.ts$|^words\/((admin|dialogs)\/)?(en|ar|ja)\.ts$|^wire\/frames\.ts$/.test(name.replaceAll("\\", "/")),
);

test.each(files)("%s says nothing by itself", (name) => {
  expect(textsOf(name, readFileSync(join(SOURCE, name), "utf-8"))).toEqual([]);
});

const INTL = /\btoLocale\w+\(|\blocaleCompare\(|\bnew Intl\.(?!Segmenter|Locale\b)/;

test.each(files.filter((name) => !/^words\/(locale|times)\.ts$/.test(name)))("%s writes numbers, times and names as the language does", (name) => {
  const lines = readFileSync(join(SOURCE, name), "utf-8").split("\n");
  expect(lines.filter((line) => INTL.test(line) && !line.includes("toLocaleUpperCase"))).toEqual([]);
});

test("a text that is left in a component is found", () => {
  expect(textsOf("x.svelte", `<p class="wide room">Hello</p><input placeholder="Your name" />{tell("Not now, please")}`)).toEqual([
    "Hello",
    "Your name",
    "Not now, please",
  ]);
});
