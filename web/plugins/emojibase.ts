// The emoji of Unicode as the page needs them, made from emojibase when it is built: `emoji:en`, `emoji:ja`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

interface Known {
  unicode: string;
  label: string;
  group?: number;
  hexcode: string;
  tags?: string[];
  skins?: unknown[];
}

/** Parts of other emoji, which stand for nothing by themselves. */
const COMPONENTS = 2;
const PREFIX = "emoji:";

export function emojibase(): Plugin {
  const find = createRequire(import.meta.url);
  const read = <Data>(file: string) => JSON.parse(readFileSync(find.resolve(`emojibase-data/${file}`), "utf-8")) as Data;
  return {
    name: "emojibase",
    resolveId: (id) => (id.startsWith(PREFIX) ? `\0${id}` : undefined),
    load(id) {
      if (!id.startsWith(`\0${PREFIX}`)) return undefined;
      const known = read<Known[]>(`${id.slice(PREFIX.length + 1)}/compact.json`);
      const codes = read<Record<string, string | string[]>>("en/shortcodes/github.json");
      const rows = known
        .filter(({ group }) => group !== undefined && group !== COMPONENTS)
        .map(({ unicode, label, group, hexcode, tags, skins }) => [
          // Shown as a picture by itself, it takes no selector: that is how the server spells it, too.
          unicode.replace(/(\p{Emoji_Presentation})\ufe0f/gu, "$1"),
          label,
          [codes[hexcode] ?? []].flat().join(" "),
          (tags ?? []).join(" "),
          group,
          skins?.length === 5 ? 1 : 0,
        ]);
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(rows))});`;
    },
  };
}
