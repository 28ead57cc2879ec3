import { expect, test } from "vitest";
import { asName } from "./names";

test("what stands around a name goes, what stands within becomes a hyphen", () => {
  expect(asName("  Ana  María ")).toBe("Ana-María");
  expect(asName("bob")).toBe("bob");
  expect(asName("   ")).toBe("");
});
