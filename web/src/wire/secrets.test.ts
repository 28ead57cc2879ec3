import { expect, test } from "vitest";
import { Secrets } from "./secrets";

function storage(refuses = false): Storage {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (refuses) throw new Error("QuotaExceededError");
      kept.set(key, value);
    },
  } as unknown as Storage;
}

test("the same name brings the same guest back", () => {
  const browser = storage();
  const secrets = new Secrets(browser);
  const ann = secrets.of("ann");
  secrets.keep(ann);
  secrets.signOut();
  expect(secrets.current).toBeNull();
  expect(new Secrets(browser).of("ANN").secret).toBe(ann.secret);
});

test("what another tab wrote counts", () => {
  const browser = storage();
  const [one, other] = [new Secrets(browser), new Secrets(browser)];
  one.keep({ name: "ann", secret: "s" });
  other.signOut();
  expect(one.current).toBeNull();
});

test("a secret that does not count any more is not forgotten if another took its place", () => {
  const secrets = new Secrets(storage());
  secrets.keep({ name: "ann", secret: "klatch_token" });
  secrets.forget({ name: "ann", secret: "that of the guest" });
  expect(secrets.current?.secret).toBe("klatch_token");
  secrets.forget({ name: "ann", secret: "klatch_token" });
  expect(secrets.current).toBeNull();
});

test.each([["keeps nothing", null], ["has no room left", storage(true)]])("a browser that %s remembers as long as the page", (_, browser) => {
  const secrets = new Secrets(browser);
  secrets.keep({ name: "ann", secret: "s" });
  expect(secrets.current).toEqual({ name: "ann", secret: "s" });
});
