// A room's state as an entry leaves it: its name, topic and rules, and what one is and may there.
import type { Entry, RoomState } from "../wire/frames";
import { FOR_GOOD } from "./standing";
import { amendRules } from "../log/view";

/** `me` is one's own id. What the entry does not change stays the very same. */
export function stateAfter(state: RoomState, { author, body }: Entry, me: string): RoomState {
  switch (body.kind) {
    case "topic":
      return { ...state, topic: body.topic };
    case "rename_room":
      return { ...state, name: `#${body.name}` };
    case "set_room": {
      const kind = body.closed === undefined ? state.kind : body.closed ? "closed" : "open";
      return { ...state, kind, rules: amendRules(state.rules, body) ?? {} };
    }
    case "role":
      return body.person.id === me ? { ...state, role: body.role } : state;
    case "join":
      return author.id === me ? { ...state, role: body.role } : state;
    case "mute":
      return body.person.id === me ? { ...state, muted: body.until ?? FOR_GOOD } : state;
    case "unmute":
      return body.person.id === me ? { ...state, muted: null } : state;
    default:
      return state;
  }
}
