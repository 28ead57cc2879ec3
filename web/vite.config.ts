import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

// Where the server runs while one works on the page with `npm run dev`.
const server = process.env.KLATCH_SERVER ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: "../src/klatch/gateways/static",
    emptyOutDir: true,
    target: "es2022",
    // Nothing inline: the page's Content-Security-Policy allows files of this server alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: { "/ws": { target: server, ws: true, changeOrigin: true } } },
  test: { include: ["src/**/*.test.ts"] },
});
