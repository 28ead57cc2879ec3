// The view: a room as its members see it now, folded from its log. The twin of the server's core/view:
// tests/vectors/view.json holds the cases that both must pass.
import type { AnyBody, Author, Entry, Item, Message } from "./frames";

/** A room at number `as_of`. `members` are roles by account id; `items` the lines held, by number and in order. */
export interface View {
  as_of: number;
  topic: string;
  members: Record<string, string>;
  items: Map<number, Item>;
}

export function emptyView(): View {
  return { as_of: 0, topic: "", members: {}, items: new Map() };
}

/** Takes the next entry into the view. The entry must be the one after `as_of`. */
export function fold(view: View, entry: Entry): void {
  if (entry.seq !== view.as_of + 1) throw new Error(`entry ${entry.seq} does not follow ${view.as_of}`);
  view.as_of = entry.seq;
  const body = entry.body;
  switch (body.kind) {
    case "edit":
    case "delete":
    case "react":
    case "unreact": {
      const item = view.items.get(body.target);
      if (item) view.items.set(body.target, change(item, entry));
      return;
    }
    case "created":
      view.topic = body.topic ?? "";
      view.members = Object.fromEntries((body.members ?? []).map((person) => [person.id, "member"]));
      break;
    case "topic":
      view.topic = body.topic;
      break;
    case "join":
      view.members = { ...view.members, [entry.author.id]: body.role };
      break;
    case "leave":
      view.members = without(view.members, entry.author);
      break;
    case "kick":
      view.members = without(view.members, body.person);
      break;
    case "role":
      view.members = { ...view.members, [body.person.id]: body.role };
      break;
  }
  view.items.set(entry.seq, begin(entry));
}

/** The line that an entry adds to the timeline. */
export function begin(entry: Entry): Item {
  const { seq, id, ts, author, body, cid } = entry;
  return cid === undefined ? { seq, id, ts, author, body } : { seq, id, ts, author, body, cid };
}

/** The line after an edit, deletion or reaction. */
export function change(item: Item, entry: Entry): Item {
  if (!isMessage(item.body) || item.body.deleted) return item;
  const body = entry.body;
  switch (body.kind) {
    case "edit":
      return { ...item, body: { ...item.body, text: body.text }, edited: entry.ts };
    case "delete": {
      const { edited: _edited, reactions: _reactions, ...rest } = item;
      return { ...rest, body: { kind: "message", text: "", deleted: true } };
    }
    case "react": {
      const people = item.reactions?.[body.emoji] ?? [];
      if (people.includes(entry.author.id)) return item;
      return { ...item, reactions: { ...item.reactions, [body.emoji]: [...people, entry.author.id] } };
    }
    case "unreact": {
      const left = (item.reactions?.[body.emoji] ?? []).filter((who) => who !== entry.author.id);
      const others = Object.entries(item.reactions ?? {}).flatMap(([emoji, people]) =>
        emoji !== body.emoji ? [[emoji, people] as const] : left.length ? [[emoji, left] as const] : [],
      );
      const { reactions: _reactions, ...rest } = item;
      return others.length ? { ...rest, reactions: Object.fromEntries(others) } : rest;
    }
    default:
      return item;
  }
}

/** Puts a page of earlier lines before those held. */
export function prepend(view: View, items: Item[]): void {
  const earlier = items.filter((item) => !view.items.has(item.seq)).map((item) => [item.seq, item] as const);
  view.items = new Map([...earlier, ...view.items]);
}

/** Lets go of the earliest lines, so that at most so many are held; true if any went. */
export function trim(view: View, most: number): boolean {
  const surplus = view.items.size - most;
  if (surplus <= 0) return false;
  let left = surplus;
  for (const seq of view.items.keys()) {
    if (left-- <= 0) break;
    view.items.delete(seq);
  }
  return true;
}

export function isMessage(body: AnyBody): body is Message {
  return body.kind === "message";
}

function without(members: Record<string, string>, person: Author): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter(([who]) => who !== person.id));
}
