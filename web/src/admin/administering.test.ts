import { expect, test } from "vitest";
import { outranks, rolesUpTo, sectionsOf } from "./administering";
import { readSection } from "./administration";

test("a part of the administration is told from a room by that name", () => {
  expect(["#admin/people", "#admin/42", "#admin", "#admin/elsewhere", "#lobby"].map(readSection)).toEqual(["people", null, null, null, null]);
});

test("who keeps order sees what concerns that, and nothing else", () => {
  expect(sectionsOf("member")).toEqual([]);
  expect(sectionsOf("moderator")).toEqual(["rooms", "invites", "order"]);
  expect(sectionsOf("admin")).toEqual(sectionsOf("owner"));
});

test("nobody gives a role above their own", () => {
  expect(rolesUpTo("moderator")).toEqual(["member", "moderator"]);
  expect([outranks("owner", "admin"), outranks("admin", "admin")]).toEqual([true, false]);
});
