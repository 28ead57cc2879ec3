import { expect, test } from "vitest";
import { spell, toHtml } from "./markdown";

test.each([
  ["*warm* **bold** ~~gone~~ `code`", "<p><em>warm</em> <strong>bold</strong> <del>gone</del> <code>code</code></p>"],
  ["one\ntwo", "<p>one<br>two</p>"],
  ["hi @ann.", '<p>hi <span class="mention">@ann</span>.</p>'],
  ["see #ops", '<p>see <a class="place" href="#ops">#ops</a></p>'],
  ["||the end||", '<p><span class="spoiler" role="button" tabindex="0" aria-label="Hidden words. Show them."><span>the end</span></span></p>'],
  ["# not large", "<p><strong>not large</strong></p>"],
  ["words\n---", "<p>words</p>\n<hr>"],
  ["[x]: https://example.org", null],
])("%s", (text, html) => {
  const spelled = spell(text).trim();
  if (html === null) expect(spelled).toContain("[x]");
  else expect(spelled).toBe(html);
});

test.each(["<script>alert(1)</script>", '<img src=x onerror="alert(1)">', "a <b>b</b> & c"])("%s stays text", (text) => {
  expect(spell(text)).not.toMatch(/<(script|img|b)\b/);
  expect(spell(text)).toContain("&lt;");
});

test.each(["[x](javascript:alert(1))", "[x](data:text/html,x)", "![x](file:///etc/passwd)", "![x](javascript:x)"])(
  "%s leads nowhere",
  (text) => {
    expect(spell(text)).not.toContain("href");
  },
);

test("a picture of elsewhere is a link, so that reading tells nobody", () => {
  expect(spell("![cat](https://example.org/cat.png)")).toMatch(/^<p><a href="https:&#47;|^<p><a href="https:\/\/example/);
  expect(spell("![cat](https://example.org/cat.png)")).not.toContain("<img");
});

test("an address is no mention", () => {
  expect(spell("ann@example.org")).not.toContain('class="mention"');
});

test("plain words are taken as they are", () => {
  expect(toHtml({ text: "It's 5 o'clock\nsomewhere" })).toBe("<p>It&#39;s 5 o&#39;clock<br>somewhere</p>");
});
