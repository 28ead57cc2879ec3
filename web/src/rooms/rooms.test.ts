import { expect, test } from "vitest";
import { mentions } from "./rooms";

test.each([
  ["hello @ann", true],
  ["@Ann, are you there?", true],
  ["@anna is not ann", false],
  ["@anna and @ann", true],
  ["ann", false],
])("%s", (text, named) => {
  expect(mentions(text, "ann")).toBe(named);
});
