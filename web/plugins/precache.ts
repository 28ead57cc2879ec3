// Writes into the built service worker which files the page is made of, and a name for all of them together.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const WORKER = "sw.js";
const PLACE = /["'`]__SHELL__["'`]/;

export function precache(publicFolder: string): Plugin {
  return {
    name: "klatch-precache",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const worker = bundle[WORKER];
        if (worker?.type !== "chunk") throw new Error(`${WORKER} was not built`);
        const digest = createHash("sha256");
        const files = Object.values(bundle).filter((file) => file.fileName !== WORKER);
        for (const file of files) digest.update(file.fileName).update(file.type === "chunk" ? file.code : file.source);
        for (const name of readdirSync(publicFolder)) digest.update(readFileSync(join(publicFolder, name)));
        const names = [...files.map((file) => file.fileName), ...readdirSync(publicFolder)];
        // The start is asked for by its own path; its twin would be a second copy.
        const paths = ["/", ...names.filter((name) => name !== "index.html").sort().map((name) => `/${name}`)];
        const shell = { name: digest.digest("hex").slice(0, 16), paths };
        const code = worker.code.replace(PLACE, JSON.stringify(JSON.stringify(shell)));
        if (code === worker.code) throw new Error(`${WORKER} has no place for the list of files`);
        worker.code = code;
      },
    },
  };
}
