// All that the page takes along at first in one file: compressed together it is smaller than as many.
import type { Plugin } from "vite";

/** The plugin that finds out what that is, and what says it of a module. */
export function first(entry: RegExp, others: RegExp): { plugin: Plugin; takes: (id: string) => boolean } {
  const taken = new Set<string>();
  const plugin: Plugin = {
    name: "first",
    buildEnd() {
      const reach = (from: RegExp): Set<string> => {
        const found = new Set([...this.getModuleIds()].filter((id) => from.test(id)));
        for (const id of found) for (const imported of this.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
        return found;
      };
      const elsewhere = reach(others);
      for (const id of reach(entry)) if (!elsewhere.has(id)) taken.add(id);
    },
  };
  return { plugin, takes: (id) => taken.has(id) };
}
