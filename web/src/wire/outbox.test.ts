import { expect, test, vi } from "vitest";
import type { Request } from "./frames";
import { Outbox } from "./outbox";
import { MemoryShelf } from "./shelf";

const message = (cid: string, text = cid) => ({ op: "send", cid, room: "2", text }) as const;
const ack = (cid: string, seq = 1) => ({ op: "ack", cid, room: "2", seq, id: "1", ts: 1 }) as const;
const settled = () => new Promise((resolve) => setTimeout(resolve));

function outbox(shelf = new MemoryShelf()) {
  const sent: string[] = [];
  const line = { up: true };
  const send = (request: Request) => {
    if (line.up && "cid" in request) sent.push(request.cid);
    return line.up;
  };
  return { box: new Outbox(shelf, "3", send, () => undefined), sent, line, shelf };
}

test("what is written goes out in order, one at a time", async () => {
  const { box, sent } = outbox();
  box.add("2", message("a"));
  box.add("2", message("b"));
  await settled();
  expect(sent).toEqual(["a"]);
  box.settle("a", ack("a"));
  expect(sent).toEqual(["a", "b"]);
});

test("what was written offline goes out once there is a connection", async () => {
  const { box, sent, line } = outbox();
  line.up = false;
  box.add("2", message("a"));
  await settled();
  line.up = true;
  box.resume();
  expect(sent).toEqual(["a"]);
});

test("what got no answer is sent again under the same id", async () => {
  const { box, sent } = outbox();
  box.add("2", message("a"));
  await settled();
  box.lose();
  box.resume();
  expect(sent).toEqual(["a", "a"]);
});

test("what was not answered outlives the page, and what was answered does not", async () => {
  const { box, shelf } = outbox();
  box.add("2", message("a"));
  box.add("2", message("b"));
  await settled();
  box.settle("a", ack("a"));
  await settled();
  const next = outbox(shelf);
  await next.box.adopt();
  expect(next.sent).toEqual(["b"]);
});

test("what another account left is not sent", async () => {
  const { box, shelf } = outbox();
  box.add("2", message("a"));
  await settled();
  const other = new Outbox(shelf, "4", () => true, () => undefined);
  await other.adopt();
  expect(other.kept).toEqual([]);
});

test("a stored message stays in sight until the room holds it", async () => {
  const { box } = outbox();
  box.add("2", message("a"));
  await settled();
  box.settle("a", ack("a", 7));
  expect(box.kept[0]?.seq).toBe(7);
  box.drop("a");
  expect(box.kept).toEqual([]);
});

test("what is refused stays with the reason, holds up nothing, and is tried again under a new id", async () => {
  const { box, sent } = outbox();
  box.add("2", message("a"));
  box.add("2", message("b"));
  await settled();
  box.settle("a", { op: "error", code: "not_allowed", message: "You may not.", cid: "a" });
  expect([box.kept[0]?.refusal, sent]).toEqual(["You may not.", ["a", "b"]]);
  box.settle("b", ack("b"));
  box.drop("b");
  box.retry("a");
  await settled();
  expect(sent).toHaveLength(3);
  expect(sent[2]).not.toBe("a");
});

test("what is too fast waits as long as the server says, and keeps its place", async () => {
  vi.useFakeTimers();
  const { box, sent } = outbox();
  box.add("2", message("a"));
  box.add("2", message("b"));
  await vi.advanceTimersByTimeAsync(0);
  box.settle("a", { op: "error", code: "rate_limited", message: "Slower.", cid: "a", retry_after: 500 });
  expect(sent).toEqual(["a"]);
  await vi.advanceTimersByTimeAsync(500);
  expect(sent).toEqual(["a", "a"]);
  vi.useRealTimers();
});
