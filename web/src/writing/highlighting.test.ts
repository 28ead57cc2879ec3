import { expect, test } from "vitest";
import { highlight } from "./languages";

test.each(["python", "py", "js", "ts", "html", "sh", "c++", "c#", "toml", "rs", "yml", "Dockerfile"])("%s has colours", (language) => {
  expect(highlight("x", language)).not.toBe(null);
});

test("code is coloured, and nothing in it becomes a part of the page", () => {
  expect(highlight('if x: print("<script>")', "python")).toContain('<span class="hljs-keyword">if</span>');
  expect(highlight("<script>alert(1)</script>", "html")).not.toMatch(/<script/);
});

test("a language that is none is left plain", () => expect(highlight("x", "nosuch")).toBe(null));
