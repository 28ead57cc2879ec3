import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { emojibase } from "./plugins/emojibase.ts";
import { first } from "./plugins/first.ts";
import { icons } from "./plugins/icons.ts";
import { precache } from "./plugins/precache.ts";

// Where the server runs while one works on the page with `npm run dev`.
const server = process.env.KLATCH_SERVER ?? "http://127.0.0.1:8000";

// What the service worker takes must stay apart: it is small.
const together = first(/\/src\/main\.ts$/, /\/src\/browser\/service\.ts$/);

export default defineConfig({
  plugins: [svelte(), together.plugin, emojibase(), icons(() => readFileSync("public/mark.svg", "utf-8")), precache("public")],
  build: {
    outDir: "../src/klatch/gateways/static",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the page's Content-Security-Policy allows files of this server alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rollupOptions: {
      input: { index: "index.html", sw: "src/browser/service.ts" },
      output: {
        // A service worker is known by its address, which therefore stays.
        advancedChunks: { groups: [{ name: "first", test: together.takes }] },
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy: { "/ws": { target: server, ws: true, changeOrigin: true } } },
  test: { include: ["src/**/*.test.ts", "plugins/**/*.test.ts"] },
});
