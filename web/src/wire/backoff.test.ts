import { expect, test } from "vitest";
import { Backoff } from "./backoff";

test("waits grow up to half a minute, and begin anew once the server was reached", () => {
  const backoff = new Backoff(() => 1);
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
  backoff.reset();
  expect(backoff.next()).toBe(500);
});

test("the server is given the time it asked for", () => {
  expect(new Backoff(() => 0).next(740)).toBe(740);
});
