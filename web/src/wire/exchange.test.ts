import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { State } from "./connection";
import { Exchange } from "./exchange";
import type { AnyAnswer, Entry, Told, Welcome } from "./frames";
import { type Greeting, Line, pair } from "./line";
import { ROOM, ScriptedServer, welcome } from "./scripted";
import { type Kept, MemoryShelf } from "./shelf";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ANN: Greeting = { name: "ann", secret: "secret-of-ann-secret-of-ann" };
const turn = () => vi.advanceTimersByTimeAsync(0);
const message = (cid: string) => ({ op: "send", cid, room: "2", text: cid }) as const;
const entry = (seq: number, cid?: string): Entry => ({
  ...{ op: "entry", room: "2", seq, id: String(seq), ts: seq, author: { id: "3", name: "ann" } },
  body: { kind: "message", text: "x" },
  cid,
});

function exchange(shelf = new MemoryShelf()) {
  const server = new ScriptedServer();
  server.answer = (request) => {
    const { account, epoch, now } = welcome();
    if (request.op === "me") return { op: "me", account, role: "guest", head: 9, epoch, now, ref: request.ref as string };
    if (request.op === "rooms") return { op: "rooms", rooms: [{ ...ROOM, head: 7 }], ref: request.ref as string };
    return null;
  };
  const both = new Exchange("ws://klatch/ws", shelf, server.open);
  const tab = (greeting: Greeting = ANN) => {
    const [near, far] = pair();
    const told = { states: [] as State[], met: [] as Welcome[], heard: [] as Told[], settled: [] as [Kept, AnyAnswer][] };
    const line = new Line(Promise.resolve(near), {
      changed: (state) => told.states.push(state),
      met: (met) => told.met.push(met),
      heard: (heard) => told.heard.push(heard),
      settled: (kept, answer) => told.settled.push([kept, answer]),
      outbox: () => undefined,
      tabs: () => undefined,
    });
    both.attach(far);
    line.come(greeting);
    return { line, ...told };
  };
  return { server, tab, shelf };
}

test("several tabs of one person share one connection", async () => {
  const { server, tab } = exchange();
  const [one, two] = [tab(), tab()];
  await turn();
  server.last.welcome();
  await turn();
  expect(server.sockets).toHaveLength(1);
  expect([one.met.length, two.met.length]).toEqual([1, 1]);
});

test("a tab that comes later is welcomed with what holds now", async () => {
  const { server, tab } = exchange();
  tab();
  await turn();
  server.last.welcome({ heads_every: 123, token: undefined });
  await turn();
  const later = tab();
  await turn();
  expect(server.sockets).toHaveLength(1);
  expect(later.met[0]).toMatchObject({ op: "welcome", heads_every: 123, head: 9, rooms: [{ name: "#lobby", head: 7 }] });
});

test("what happens while a later tab is welcomed is told to it afterwards", async () => {
  const { server, tab } = exchange();
  tab();
  await turn();
  server.last.welcome();
  await turn();
  const answered = server.answer;
  server.answer = () => null;
  const later = tab();
  await turn();
  server.last.tell(entry(1));
  await turn();
  expect(later.heard).toEqual([]);
  server.answer = answered;
  for (const request of server.said) {
    const answer = answered(request, server.last);
    if (answer) server.last.tell(answer);
  }
  await turn();
  expect([later.met.length, later.heard.length]).toEqual([1, 1]);
});

test("everybody hears what is said, but an answer only who asked", async () => {
  const { server, tab } = exchange();
  const [one, two] = [tab(), tab()];
  await turn();
  server.last.welcome();
  await turn();
  one.line.say({ op: "online", ref: "mine" });
  await turn();
  server.last.tell(entry(1));
  server.last.tell({ op: "online", people: [], more: false, ref: "mine" });
  await turn();
  expect(one.heard.map((told) => told.op)).toEqual(["entry", "online"]);
  expect(two.heard.map((told) => told.op)).toEqual(["entry"]);
});

test("what two tabs write goes out in order, each once, and one of them may be gone", async () => {
  const { server, tab, shelf } = exchange();
  const [one, two] = [tab(), tab()];
  await turn();
  server.last.welcome();
  await turn();
  server.last.lose();
  one.line.keep("2", message("a"));
  two.line.keep("2", message("b"));
  await turn();
  expect([one.line.kept.length, two.line.kept.length]).toEqual([2, 2]);
  one.line.close();
  await vi.advanceTimersByTimeAsync(1_000);
  server.last.welcome();
  await turn();
  server.last.tell({ op: "ack", cid: "a", room: "2", seq: 1, id: "1", ts: 1 });
  await turn();
  server.last.tell({ op: "ack", cid: "b", room: "2", seq: 2, id: "2", ts: 1 });
  await turn();
  expect(server.said.map((request) => "cid" in request && request.cid)).toEqual(["a", "b"]);
  expect(two.settled.map(([kept]) => kept.cid)).toEqual(["b"]);
  expect(await shelf.all("3-secret-of-an")).toEqual([]);
});

test("what was written before the browser was closed is sent by the next one", async () => {
  const first = exchange();
  const one = first.tab();
  await turn();
  first.server.last.welcome();
  await turn();
  first.server.last.lose();
  one.line.keep("2", message("a"));
  await turn();
  const { server, tab } = exchange(first.shelf);
  tab();
  await turn();
  server.last.welcome();
  await turn();
  expect(server.said).toEqual([message("a")]);
});

test("who leaves, leaves in all tabs", async () => {
  const { server, tab } = exchange();
  const [one, two] = [tab(), tab()];
  await turn();
  server.last.welcome();
  await turn();
  one.line.leave();
  await turn();
  expect(two.states.at(-1)).toEqual({ name: "closed", reason: "", code: "left" });
  expect(server.last.said.at(-1)).toEqual({ op: "quit" });
});

test("the last tab that goes ends the connection, and one that stays keeps it", async () => {
  const { server, tab } = exchange();
  const [one, two] = [tab(), tab()];
  await turn();
  server.last.welcome();
  await turn();
  one.line.close();
  await turn();
  expect(server.last.readyState).toBe(1);
  two.line.close();
  await turn();
  expect(server.last.readyState).toBe(3);
});

test("a tab that was laid aside is welcomed again", async () => {
  const { server, tab } = exchange();
  const [one] = [tab(), tab()];
  await turn();
  server.last.welcome();
  await turn();
  one.line.pause();
  await turn();
  server.last.tell(entry(1));
  await turn();
  one.line.come(ANN);
  await turn();
  expect([one.heard.length, one.met.length]).toEqual([0, 2]);
});

test("two people in one browser have a line each", async () => {
  const { server, tab } = exchange();
  tab();
  const bob = tab({ name: "bob", secret: "secret-of-bob-secret-of-bob" });
  await turn();
  expect(server.sockets).toHaveLength(2);
  server.sockets[0]?.welcome();
  await turn();
  expect(bob.met).toEqual([]);
});

test("who signed in with a password is joined by a tab that shows the token", async () => {
  const { server, tab } = exchange();
  tab({ name: "ann", password: "a pot of coffee" });
  await turn();
  server.last.welcome({ token: "klatch_1" });
  await turn();
  const later = tab({ token: "klatch_1" });
  await turn();
  expect([server.sockets.length, later.met.length]).toEqual([1, 1]);
  expect(later.met[0]?.token).toBeUndefined();
  server.last.lose();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(server.last.accept()).toMatchObject({ token: "klatch_1" });
});

test("a server that knows somebody else by the same secret hears nothing of what waits", async () => {
  const { server, tab } = exchange();
  const one = tab();
  await turn();
  server.last.welcome();
  await turn();
  server.last.lose();
  one.line.keep("2", message("a"));
  await vi.advanceTimersByTimeAsync(1_000);
  server.last.welcome({ account: { ...welcome().account, id: "4" } });
  await turn();
  expect(one.states.at(-1)).toMatchObject({ name: "closed", code: "lost_account" });
  expect(server.said.filter(({ op }) => op === "send")).toEqual([]);
});

test("one tab leads: the one that was looked at last", async () => {
  const { tab } = exchange();
  const [one, two] = [tab(), tab()];
  await turn();
  expect([one.line.leads, two.line.leads]).toEqual([true, false]);
  two.line.attend("2");
  await turn();
  expect([one.line.leads, two.line.leads]).toEqual([false, true]);
  expect(one.line.attended).toEqual(["2"]);
  two.line.close();
  await turn();
  expect([one.line.leads, one.line.attended]).toEqual([true, []]);
});

test("a shelf that takes nothing is told of, and what is written is sent all the same", async () => {
  const shelf = new MemoryShelf();
  shelf.put = () => Promise.reject(new Error("QuotaExceededError"));
  const { server, tab } = exchange(shelf);
  const one = tab();
  await turn();
  server.last.welcome();
  await turn();
  one.line.keep("2", message("a"));
  await turn();
  expect(one.line.lasting).toBe(false);
  expect(server.said).toEqual([message("a")]);
});
