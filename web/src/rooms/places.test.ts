import { expect, test } from "vitest";
import { readLink, readSpot, spellSpot } from "./places";

test.each([
  ["#lobby", { room: "#lobby", seq: null }],
  ["#lobby/42", { room: "#lobby", seq: 42 }],
  ["#@bob", { room: "@bob", seq: null }],
  ["", { room: "", seq: null }],
])("%s", (hash, spot) => {
  expect(readSpot(hash)).toEqual(spot);
  if (spot.room) expect(spellSpot(spot)).toBe(hash);
});

test("letters of any script come back from what the browser makes of them", () => {
  expect(readSpot("#%E6%9C%A8").room).toBe("#木");
});

test("a link has its secret in the path", () => {
  expect(readLink("/i/bGluay1tYWRlLWF0LXJhbmRvbQ")).toEqual({ kind: "i", secret: "bGluay1tYWRlLWF0LXJhbmRvbQ" });
  expect([readLink("/"), readLink("/i/short"), readLink("/x/bGluay1tYWRlLWF0LXJhbmRvbQ")]).toEqual([null, null, null]);
});
