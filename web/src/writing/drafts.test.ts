import { expect, test } from "vitest";
import { Drafts } from "./drafts";

function storage(): Storage {
  const kept = new Map<string, string>();
  return { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) } as unknown as Storage;
}
const draft = (text: string) => ({ text, replyTo: null });

test("what is begun outlives the page, and what was sent does not", () => {
  const browser = storage();
  const drafts = new Drafts(browser);
  drafts.keep("#lobby", draft("begun"));
  drafts.keep("#ops", draft("sent soon"));
  drafts.flush();
  drafts.keep("#ops", draft(""));
  drafts.flush();
  const next = new Drafts(browser);
  expect([next.of("#lobby").text, next.of("#ops").text]).toEqual(["begun", ""]);
});

test("two tabs that write in two rooms keep both drafts", () => {
  const browser = storage();
  const [one, other] = [new Drafts(browser), new Drafts(browser)];
  one.keep("#lobby", draft("from the one"));
  one.flush();
  other.keep("#ops", draft("from the other"));
  other.flush();
  const next = new Drafts(browser);
  expect([next.of("#lobby").text, next.of("#ops").text]).toEqual(["from the one", "from the other"]);
});

test("a store that is damaged begins anew", () => {
  const browser = storage();
  browser.setItem("klatch.drafts", "{");
  const drafts = new Drafts(browser);
  drafts.keep("#lobby", draft("begun"));
  drafts.flush();
  expect(new Drafts(browser).of("#lobby").text).toBe("begun");
});
