import { expect, test } from "vitest";
import type { AnyBody, Entry, RoomState, Welcome } from "../wire/frames";
import { stateAfter } from "./roomstate";
import { holds, Standing } from "./standing";

const welcome = { op: "welcome" } as Welcome;
const ann = { id: "3", name: "ann" };
const bob = { id: "4", name: "bob" };
const entry = (body: AnyBody): Entry => ({ op: "entry", room: "3", seq: 1, id: "1", ts: 1, author: ann, body });
const room = { id: "7", name: "#ops", kind: "open", topic: "", role: "member", muted: null } as RoomState;

test("a time holds until it comes, and -1 never does", () => {
  expect([holds(null, 5), holds(4, 5), holds(5, 5), holds(6, 5), holds(-1, 5)]).toEqual([false, false, false, true, true]);
});

test("a welcome tells how one stands, and what it leaves out is as usual", () => {
  const standing = new Standing();
  standing.meet({ ...welcome, quiet_until: -1, muted: 9, paused: true, guests_write: false, blocked: [bob], invitations: [{ id: "8", name: "#den", kind: "closed" }] });
  expect([standing.quietUntil, standing.muted, standing.guestsWrite]).toEqual([-1, 9, false]);
  expect([standing.paused, [...standing.blocked], [...standing.invitations.keys()]]).toEqual([{ by: "", reason: "" }, [["4", "bob"]], ["8"]]);
  standing.meet(welcome);
  expect([standing.quietUntil, standing.muted, standing.guestsWrite, standing.paused]).toEqual([null, null, true, null]);
  expect([standing.blocked.size, standing.invitations.size]).toEqual([0, 0]);
});

test("entries of one's own log change it", () => {
  const standing = new Standing();
  standing.take(entry({ kind: "block", person: bob }));
  standing.take(entry({ kind: "quiet", until: 7 }));
  standing.take(entry({ kind: "mute", person: ann }));
  standing.take(entry({ kind: "invited", room: { id: "8", name: "#den", kind: "closed" } }));
  expect([standing.blocked.get("4"), standing.quietUntil, standing.muted, standing.invitations.get("8")?.name]).toEqual(["bob", 7, -1, "#den"]);
  standing.take(entry({ kind: "unblock", person: bob }));
  standing.take(entry({ kind: "quiet" }));
  standing.take(entry({ kind: "unmute", person: ann }));
  standing.take(entry({ kind: "entered", room: { id: "8", name: "#den", kind: "closed" } }));
  expect([standing.blocked.size, standing.quietUntil, standing.muted, standing.invitations.size]).toEqual([0, null, null, 0]);
  expect(standing.take(entry({ kind: "display", name: "Ann" }))).toBe(false);
});

test("a pause keeps who wanted it and why", () => {
  const standing = new Standing();
  standing.hear({ op: "paused", paused: true, by: bob, reason: "look here" });
  standing.meet({ ...welcome, paused: true });
  expect(standing.paused).toEqual({ by: "bob", reason: "look here" });
  standing.hear({ op: "paused", paused: false, by: bob });
  expect(standing.paused).toBe(null);
});

test("entries of a room change its state, and only what concerns oneself changes what one is there", () => {
  const after = (body: AnyBody) => stateAfter(room, entry(body), ann.id);
  expect(after({ kind: "set_room", slow: 30, closed: true })).toEqual({ ...room, kind: "closed", rules: { slow: 30 } });
  expect(after({ kind: "rename_room", name: "den" }).name).toBe("#den");
  expect(after({ kind: "role", person: ann, role: "moderator" }).role).toBe("moderator");
  expect(after({ kind: "mute", person: ann, until: 9 }).muted).toBe(9);
  expect(after({ kind: "mute", person: bob })).toBe(room);
  expect(after({ kind: "role", person: bob, role: "owner" })).toBe(room);
});
