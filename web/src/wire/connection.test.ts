import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Connection, type State } from "./connection";
import type { Told } from "./frames";
import { ScriptedServer } from "./scripted";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A connection whose waits are as long as they can be. */
function connect() {
  const server = new ScriptedServer();
  const states: State[] = [];
  const heard: Told[] = [];
  const log = { met: 0, lost: 0 };
  const connection = new Connection(
    "ws://klatch/ws",
    {
      hello: () => ({ op: "hello", name: "ann", secret: "s" }),
      met: () => log.met++,
      heard: (told) => heard.push(told),
      lost: () => log.lost++,
      changed: (state) => states.push(state),
    },
    server.open,
    () => 0.999,
  );
  connection.open();
  return { server, connection, states, heard, log, state: () => states.at(-1) };
}

test("it says hello first, and is online once it is welcomed", () => {
  const { server, state, log } = connect();
  expect(server.last.accept().name).toBe("ann");
  expect(state()?.name).toBe("connecting");
  server.last.welcome();
  expect([state()?.name, log.met]).toEqual(["online", 1]);
});

test("nothing is sent before the welcome", () => {
  const { server, connection } = connect();
  server.last.accept();
  expect(connection.send({ op: "help" })).toBe(false);
  server.last.welcome();
  expect(connection.send({ op: "help" })).toBe(true);
});

test("a connection that is lost comes back, later each time, and tells when", () => {
  const { server, state, log } = connect();
  server.last.welcome();
  const waits: number[] = [];
  for (let time = 0; time < 4; time++) {
    server.last.lose();
    const now = state();
    if (now?.name !== "offline") throw new Error("it should be offline");
    waits.push(Math.round((now.retryAt - Date.now()) / 100) * 100);
    vi.advanceTimersByTime(now.retryAt - Date.now() + 1);
  }
  expect(waits).toEqual([500, 1_000, 2_000, 4_000]);
  expect([server.sockets.length, log.lost]).toEqual([5, 1]);
});

test("one that held for a while is tried again soon", () => {
  const { server, state } = connect();
  server.last.lose();
  vi.advanceTimersByTime(600);
  server.last.welcome();
  vi.advanceTimersByTime(11_000);
  server.last.lose();
  const now = state();
  expect(now?.name === "offline" && now.retryAt - Date.now()).toBeLessThan(1_100);
});

test("one who wakes tries at once", () => {
  const { server, connection } = connect();
  server.last.lose();
  connection.wake();
  expect(server.sockets).toHaveLength(2);
});

test("after sleep a connection that only seems to stand is given up within five seconds", () => {
  const { server, connection, state } = connect();
  server.last.welcome();
  connection.wake();
  expect(server.last.said.at(-1)).toEqual({ op: "ping" });
  vi.advanceTimersByTime(5_001);
  expect(state()?.name).toBe("offline");
});

test("an answer to the ping keeps it", () => {
  const { server, connection, state } = connect();
  server.last.welcome();
  connection.wake();
  server.last.tell({ op: "pong" });
  vi.advanceTimersByTime(6_000);
  expect(state()?.name).toBe("online");
});

test("a server that is silent is asked whether it is there, and left if it is not", () => {
  const { server, state } = connect();
  server.last.welcome();
  vi.advanceTimersByTime(25_001);
  expect(server.last.said.at(-1)).toEqual({ op: "ping" });
  vi.advanceTimersByTime(10_001);
  expect(state()?.name).toBe("offline");
});

test("a network that swallows everything does not hold it up", () => {
  const { server, state } = connect();
  vi.advanceTimersByTime(15_001);
  expect(state()?.name).toBe("offline");
  vi.advanceTimersByTime(600);
  expect(server.sockets).toHaveLength(2);
});

test("a server that stops says when to come back", () => {
  const { server, state } = connect();
  server.last.welcome();
  server.last.tell({ op: "bye", reason: "The server is stopping.", retry_after: 2_000 });
  server.last.lose();
  const now = state();
  expect(now?.name === "offline" && [now.reason, now.retryAt - Date.now() >= 2_000]).toEqual(["The server is stopping.", true]);
});

test("a refusal of the hello is final", () => {
  const { server, state } = connect();
  server.last.accept();
  server.last.tell({ op: "error", code: "name_taken", message: "The name is taken." });
  expect(state()).toEqual({ name: "closed", reason: "The name is taken.", code: "name_taken" });
  vi.advanceTimersByTime(60_000);
  expect(server.sockets).toHaveLength(1);
});

test("one who came too fast is let in later", () => {
  const { server, state } = connect();
  server.last.accept();
  server.last.tell({ op: "error", code: "rate_limited", message: "Slower.", retry_after: 3_000 });
  expect(state()?.name).toBe("offline");
  vi.advanceTimersByTime(3_600);
  expect(server.sockets).toHaveLength(2);
});

test("a session that was ended elsewhere does not come back", () => {
  const { server, state } = connect();
  server.last.welcome();
  server.last.tell({ op: "error", code: "bad_token", message: "It was signed out." });
  server.last.tell({ op: "bye", reason: "Signed out." });
  server.last.lose();
  expect(state()).toEqual({ name: "closed", reason: "It was signed out.", code: "bad_token" });
});

test("what makes no sense is passed over", () => {
  const { server, state, heard } = connect();
  server.last.welcome();
  server.last.onmessage?.({ data: "{" });
  server.last.tell({ op: "pong" });
  expect([state()?.name, heard]).toEqual(["online", []]);
});

test("once closed it stays closed", () => {
  const { server, connection } = connect();
  server.last.welcome();
  connection.close();
  expect(server.last.said.at(-1)).toEqual({ op: "quit" });
  connection.wake();
  vi.advanceTimersByTime(60_000);
  expect(server.sockets).toHaveLength(1);
});
