// The view: a room as its members see it now, folded from its log. The twin of the server's core/view:
// tests/vectors/view.json holds the cases that both must pass.
import type { AnyBody, Author, Entry, Item, Message, Removed, RoomSet } from "../wire/frames";

/** What holds in a room, where it is not as usual. */
export type Rules = Pick<RoomSet, "posting" | "slow" | "newcomers" | "keep" | "previews" | "archived">;
const USUAL: Required<Rules> = { posting: "everyone", slow: 0, newcomers: "all", keep: -2, previews: "default", archived: false };

/** A room at number `as_of`. `members` are roles by account id; `items` the lines held, by number and in order. */
export interface View {
  as_of: number;
  topic: string;
  members: Record<string, string>;
  items: Map<number, Item>;
  rules?: Rules;
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
    case "removed":
      if (body.target !== undefined) return;
      break;
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
    case "ban":
      if (body.person) view.members = without(view.members, body.person);
      break;
    case "delete_room":
      view.members = {};
      break;
    case "set_room":
      amend(view, body);
      break;
    case "swept":
      for (const [seq, item] of view.items) if (seq < body.before) view.items.set(seq, wordless(item));
      break;
    case "erased":
      for (const [seq, item] of view.items) view.items.set(seq, erased(item, body.person));
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

/** Puts lines among those held, in order; what is held already stays as it is. */
export function insert(view: View, items: Item[]): void {
  const fresh = items.filter((item) => !view.items.has(item.seq)).map((item) => [item.seq, item] as const);
  if (fresh.length) view.items = new Map([...view.items, ...fresh].sort(([one], [other]) => one - other));
}

export function isMessage(body: AnyBody): body is Message {
  return body.kind === "message";
}

function amend(view: View, change: RoomSet): void {
  const rules = amendRules(view.rules, change);
  if (rules) view.rules = rules;
  else delete view.rules;
}

/** The rules after some of them changed; undefined: they are those of every new room. */
export function amendRules(rules: Rules | undefined, change: RoomSet): Rules | undefined {
  const names = Object.keys(USUAL) as (keyof Rules)[];
  const amended = names.map((name) => [name, change[name] ?? rules?.[name] ?? USUAL[name]] as const);
  const unusual = amended.filter(([name, value]) => value !== USUAL[name]);
  return unusual.length ? (Object.fromEntries(unusual) as Rules) : undefined;
}

/** The line once its words are not kept. */
function wordless(item: Item): Item {
  if (!isMessage(item.body)) return item;
  const { edited: _edited, reactions: _reactions, ...rest } = item;
  return { ...rest, body: { kind: "removed" } satisfies Removed };
}

/** The line once somebody was erased, who is called as `person` says from now on. */
function erased(item: Item, person: Author): Item {
  const own = item.author.id === person.id;
  const left = own ? { ...wordless(item), author: person } : item;
  let body = left.body;
  if (own && "reason" in body) {
    const { reason: _reason, ...rest } = body;
    body = rest as AnyBody;
  }
  if ("person" in body && body.person?.id === person.id) body = { ...body, person };
  if (body.kind === "created" && body.members?.some((member) => member.id === person.id)) {
    body = { ...body, members: body.members.map((member) => (member.id === person.id ? person : member)) };
  }
  return body === left.body ? left : { ...left, body };
}

function without(members: Record<string, string>, person: Author): Record<string, string> {
  return Object.fromEntries(Object.entries(members).filter(([who]) => who !== person.id));
}
