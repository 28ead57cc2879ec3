import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Exchange } from "./wire/exchange";
import type { AnyAnswer, Entry, Message, Page, Request, Told } from "./wire/frames";
import { Klatch } from "./klatch";
import { pair } from "./wire/line";
import { Refused } from "./wire/requests";
import { ROOM, ScriptedServer, welcome } from "./wire/scripted";
import { Secrets } from "./wire/secrets";
import { MemoryShelf } from "./wire/shelf";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const turn = (milliseconds = 0) => vi.advanceTimersByTimeAsync(milliseconds);

/** A log of its own, read and told as a server would. */
class Log {
  entries: Entry[] = [];

  add(author: string, body: Entry["body"], cid?: string): Entry {
    const seq = this.entries.length + 1;
    const name = { "3": "ann", "4": "bob" }[author] ?? author;
    const entry = { op: "entry", room: "2", seq, id: String(seq), ts: seq, author: { id: author, name }, body, cid } as Entry;
    this.entries.push(entry);
    return entry;
  }

  say(author: string, text: string, cid?: string): Entry {
    return this.add(author, { kind: "message", text } as Message, cid);
  }

  answer(request: Request): AnyAnswer | null {
    const head = this.entries.length;
    const ref = "ref" in request ? (request.ref as string) : undefined;
    switch (request.op) {
      case "history":
        return { op: "page", room: "2", as_of: head, items: this.entries.slice(-60), more: head > 60, head, ref } as unknown as Page;
      case "fetch":
        return { op: "range", room: "2", entries: this.entries.slice(request.after, request.after + 200), head, more: false, ref };
      case "members":
        return { op: "members", room: "2", people: [], more: false, ref };
      case "online":
        return { op: "online", people: [], more: false, ref };
      case "rooms":
        return { op: "rooms", rooms: [{ ...ROOM, head }], ref };
      default:
        return null;
    }
  }
}

async function comeIn(log = new Log()) {
  const server = new ScriptedServer();
  server.answer = (request) => log.answer(request);
  const exchange = new Exchange("ws://klatch/ws", new MemoryShelf(), server.open);
  const secrets = new Secrets(null);
  const dial = async () => {
    const [near, far] = pair();
    exchange.attach(far);
    return near;
  };
  const klatch = new Klatch(dial, secrets);
  klatch.comeIn("ann");
  await turn();
  const met = (more: object = {}) => server.last.welcome({ rooms: [{ ...ROOM, head: log.entries.length }], ...more });
  met();
  klatch.look("#lobby");
  await turn(10);
  const texts = () => klatch.current?.items.map(({ body }) => (body.kind === "message" ? (body as Message).text : body.kind));
  return { klatch, server, log, secrets, met, texts };
}

test("one comes in, and the room that is looked at opens", async () => {
  const log = new Log();
  log.say("4", "before");
  const { klatch, texts } = await comeIn(log);
  expect([klatch.phase, klatch.account?.name, texts()]).toEqual(["in", "ann", ["before"]]);
});

test("what others say arrives, is counted while one looks elsewhere, and told to whoever wants to know", async () => {
  const { klatch, server, log, texts } = await comeIn();
  const told: boolean[] = [];
  klatch.onMessage = (_room, _entry, named) => told.push(named);
  klatch.look("#elsewhere");
  server.last.tell(log.say("4", "hello"));
  server.last.tell(log.say("4", "hello @ann"));
  server.last.tell(log.say("3", "my own"));
  await turn();
  expect(told).toEqual([false, true]);
  klatch.look("#lobby");
  await turn();
  expect(texts()).toEqual(["hello", "hello @ann", "my own"]);
});

test("what was lost on the way is fetched, and stands in its place", async () => {
  const { server, log, texts } = await comeIn();
  server.last.tell(log.say("4", "one"));
  log.say("4", "two");
  server.last.tell(log.say("4", "three"));
  await turn();
  expect(texts()).toEqual(["one", "two", "three"]);
});

test("what was said while one was away is fetched on return", async () => {
  const { server, log, met, texts, klatch } = await comeIn();
  server.last.tell(log.say("4", "one"));
  server.last.lose();
  log.say("4", "two");
  await turn(600);
  expect(klatch.state.name).toBe("connecting");
  met();
  await turn(10);
  expect([klatch.state.name, texts()]).toEqual(["online", ["one", "two"]]);
});

test("a server that was restored from a backup is read anew", async () => {
  const log = new Log();
  for (const text of ["one", "two", "three"]) log.say("4", text);
  const { server, met, texts } = await comeIn(log);
  server.last.lose();
  log.entries = [];
  log.say("4", "another life");
  await turn(600);
  met({ epoch: "another" });
  await turn(10);
  expect(texts()).toEqual(["another life"]);
});

test("a beat of heads tells of what nobody pushed", async () => {
  const { server, log, texts } = await comeIn();
  log.say("4", "unheard");
  server.last.tell({ op: "heads", rooms: { "2": 1 } });
  await turn();
  expect(texts()).toEqual(["unheard"]);
});

test("what one says waits in sight, and its entry takes its place", async () => {
  const { klatch, server, log, texts } = await comeIn();
  klatch.say("2", "mine", null);
  await turn();
  const sent = server.said.find(({ op }) => op === "send") as Request & { cid: string };
  expect(klatch.waiting("2").map((kept) => kept.cid)).toEqual([sent.cid]);
  server.last.tell({ op: "ack", cid: sent.cid, room: "2", seq: 1, id: "1", ts: 1 });
  server.last.tell(log.say("3", "mine", sent.cid));
  await turn();
  expect([klatch.waiting("2"), texts()]).toEqual([[], ["mine"]]);
});

test("what is refused stays, and may be tried again or discarded", async () => {
  const { klatch, server } = await comeIn();
  klatch.say("2", "mine", null);
  await turn();
  const [waiting] = klatch.waiting("2");
  server.last.tell({ op: "error", code: "muted", message: "You are muted.", cid: waiting?.cid ?? "" });
  await turn();
  expect(klatch.waiting("2")[0]?.refusal).toBe("You are muted.");
  klatch.retry(waiting?.cid ?? "");
  await turn();
  expect(klatch.waiting("2")[0]?.refusal).toBeUndefined();
  klatch.discard(klatch.waiting("2")[0]?.cid ?? "");
  await turn();
  expect(klatch.waiting("2")).toEqual([]);
});

test("what was asked before a loss is asked again, and answered", async () => {
  const { klatch, server, met } = await comeIn();
  server.answer = () => null;
  const asked = klatch.act({ op: "join", cid: "join-00000000001", room: "#ops" });
  await turn();
  server.last.lose();
  await turn(600);
  met();
  await turn();
  expect(server.last.said).toContainEqual({ op: "join", cid: "join-00000000001", room: "#ops" });
  server.last.tell({ op: "error", code: "no_such_room", message: "There is none.", cid: "join-00000000001" });
  await expect(asked).rejects.toThrow(Refused);
});

test("reading to the end is told once for many messages", async () => {
  const { klatch, server, log } = await comeIn();
  for (const text of ["one", "two"]) {
    server.last.tell(log.say("4", text));
    await turn();
    if (klatch.current) klatch.read(klatch.current);
  }
  await turn(400);
  expect(server.said.filter(({ op }) => op === "read")).toMatchObject([{ room: "2", seq: 2 }]);
});

test("what was read of two rooms, one right after the other, is told of both", async () => {
  const log = new Log();
  log.say("4", "one");
  const { klatch, server, met } = await comeIn(log);
  met({ rooms: [{ ...ROOM, head: 1 }, { ...ROOM, id: "5", name: "#other", head: 4 }] });
  await turn();
  for (const room of klatch.rooms.values()) klatch.read(room);
  await turn(400);
  expect(server.said.filter(({ op }) => op === "read")).toMatchObject([
    { room: "2", seq: 1 },
    { room: "5", seq: 4 },
  ]);
});

test("what was read while one was away is told on return", async () => {
  const { klatch, server, log, met } = await comeIn();
  server.last.tell(log.say("4", "one"));
  await turn();
  server.last.lose();
  if (klatch.current) klatch.read(klatch.current);
  await turn(600);
  met();
  await turn(400);
  expect(server.last.said.filter(({ op }) => op === "read")).toMatchObject([{ room: "2", seq: 1 }]);
});

test("one's own log tells of another name, and it is kept", async () => {
  const { klatch, server, secrets } = await comeIn();
  const own = (seq: number, body: object) =>
    ({ op: "entry", room: "3", seq, id: String(seq), ts: 1, author: { id: "3", name: "ann" }, body }) as Told;
  server.last.tell(own(2, { kind: "renamed", name: "anna" }));
  await turn();
  expect([klatch.account?.name, secrets.current?.name]).toEqual(["anna", "anna"]);
});

test("a session that lets nobody in any more leads to the entrance, with the reason", async () => {
  const { klatch, server, secrets } = await comeIn();
  server.last.lose();
  await turn(600);
  server.last.accept();
  server.last.tell({ op: "error", code: "bad_token", message: "It expired." });
  await turn();
  expect([klatch.phase, klatch.said, secrets.current]).toEqual(["out", "It expired.", null]);
});

test("who signs out is out, and the name still brings the same guest back", async () => {
  const { klatch, secrets } = await comeIn();
  const { secret } = secrets.of("ann");
  await klatch.signOut();
  expect([klatch.phase, klatch.rooms.size, secrets.current]).toEqual(["out", 0, null]);
  expect(secrets.of("ann").secret).toBe(secret);
});

test("a tab follows when another one signs out, or in", async () => {
  const { klatch, secrets } = await comeIn();
  secrets.signOut();
  klatch.follow();
  expect(klatch.phase).toBe("out");
  secrets.keep({ name: "bea", secret: "secret-of-bea-secret-of-bea" });
  klatch.follow();
  expect(klatch.phase).toBe("coming");
});

test("a server that does not know this guest any more is told apart from one that does", async () => {
  const { klatch, server } = await comeIn();
  server.last.lose();
  await turn(600);
  server.last.welcome({ account: { ...welcome().account, id: "9" } });
  await turn();
  expect([klatch.phase, klatch.said]).toEqual(["out", "This server does not know this guest any more. Come in again to begin as another."]);
});
