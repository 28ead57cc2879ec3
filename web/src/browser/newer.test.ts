import { expect, test } from "vitest";
import { Newer } from "./newer";

const page = (script: string) => new Response(`<head><script type="module" crossorigin src="${script}"></script></head>`);
const looking = (answer: () => Promise<Response>) => {
  let asked = 0;
  const newer = new Newer("/assets/index-a.js", () => (asked++, answer()));
  return { newer, asked: () => asked };
};

test("the same page is not newer", async () => {
  const { newer } = looking(async () => page("/assets/index-a.js"));
  await newer.look(0);
  expect(newer.found).toBe(false);
});

test("a page with another script is", async () => {
  const { newer, asked } = looking(async () => page("/assets/index-b.js"));
  await newer.look(0);
  expect(newer.found).toBe(true);
  await newer.look(1);
  expect(asked()).toBe(1);
});

test("a server that is away, or answers something else, has none", async () => {
  const away = looking(() => Promise.reject(new TypeError("Failed to fetch")));
  await away.newer.look(0);
  const strange = looking(async () => new Response("Bad gateway", { status: 502 }));
  await strange.newer.look(0);
  expect([away.newer.found, strange.newer.found]).toEqual([false, false]);
});

test("one who comes back often asks once an hour", async () => {
  const { newer, asked } = looking(async () => page("/assets/index-a.js"));
  for (const minute of [61, 62, 90, 122]) await newer.look(minute * 60_000, true);
  expect(asked()).toBe(2);
});
