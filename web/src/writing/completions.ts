// What could be meant by the word that is being typed: a person, a room, an emoji, a command, or what a command takes.
import { type Emoji, findEmoji } from "./emoji";
import type { CommandHelp } from "../wire/frames";

export interface Choice {
  /** What is put into the text. */
  text: string;
  shown: string;
  hint: string;
}

export interface Asked {
  /** Where the word begins in the text. */
  from: number;
  word: string;
  /** What the command takes there, as its help says: `USER`, `on|off`. */
  takes?: string;
}

export interface Known {
  people: { name: string; display_name: string }[];
  rooms: string[];
  commands: Pick<CommandHelp, "usage" | "does" | "also">[];
  emoji: Emoji[];
}

const PEOPLE = new Set(["USER", "WHO"]);
const MOST = 8;

/** The word before the caret, if it may be completed. */
export function wordAt(text: string, caret: number, commands: Known["commands"] = []): Asked | null {
  const before = text.slice(0, caret);
  const found = /(?:^|[\s(])([@#:][^\s@#:()]*)$/u.exec(before) ?? /^(\/[a-z]*)$/.exec(before);
  const word = found?.[1];
  if (!word) return argumentAt(before, commands);
  if (word.startsWith(":") && word.length < 3) return null;
  return { from: caret - word.length, word };
}

/** What a command takes where the caret is, if it is one of a few things. */
function argumentAt(before: string, commands: Known["commands"]): Asked | null {
  const [, name, said = ""] = /^\/([a-z]+) +(.*)$/.exec(before) ?? [];
  if (!name) return null;
  const command = commands.find((each) => each.usage.split(" ")[0] === `/${name}` || each.also.includes(`/${name}`));
  const given = said.split(/ +/);
  const word = given.at(-1) ?? "";
  const all = command?.usage.split(" ").slice(1) ?? [];
  // A word that may stand first and does not is passed over: `[server]`.
  const skipped = all[0] === "[server]" && given[0] !== "server" ? 1 : 0;
  const takes = all[given.length - 1 + (given.length === 1 && "server".startsWith(word) && word ? 0 : skipped)]?.replace(/^\[|\]$/g, "");
  if (!takes || !(PEOPLE.has(takes) || takes === "ROOM" || /(^|\|)[a-z]/.test(takes))) return null;
  return { from: before.length - word.length, word, takes };
}

export function complete({ word, takes }: Asked, known: Known): Choice[] {
  if (takes !== undefined) return completeArgument(word, takes, known);
  const sought = word.slice(1).toLowerCase();
  switch (word[0]) {
    case "@":
      return people(known, sought, "@");
    case "#":
      return rooms(known, sought);
    case ":":
      return findEmoji(known.emoji, sought, MOST).map(({ emoji, codes, name }) => ({
        text: `${emoji} `,
        shown: emoji,
        hint: codes[0] ?? name,
      }));
    default:
      return best(known.commands, (command) => [command.usage, ...command.also].map((usage) => usage.split(" ")[0]?.slice(1) ?? ""), sought).map(
        (command) => ({ text: `${command.usage.split(" ")[0]} `, shown: command.usage, hint: command.does }),
      );
  }
}

function completeArgument(word: string, takes: string, known: Known): Choice[] {
  const sought = word.toLowerCase();
  if (PEOPLE.has(takes)) return people(known, sought, "");
  if (takes === "ROOM") return rooms(known, sought);
  const fixed = takes.split("|").filter((each) => /^[a-z]/.test(each));
  return best(fixed, (each) => [each], sought).map((each) => ({ text: `${each} `, shown: each, hint: "" }));
}

function people(known: Known, sought: string, sign: string): Choice[] {
  return best(known.people, (person) => [person.name, person.display_name], sought).map((person) => ({
    text: `${sign}${person.name} `,
    shown: `${sign}${person.name}`,
    hint: person.display_name === person.name ? "" : person.display_name,
  }));
}

function rooms(known: Known, sought: string): Choice[] {
  const named = known.rooms.filter((room) => room.startsWith("#"));
  return best(named, (room) => [room.slice(1)], sought).map((room) => ({ text: `${room} `, shown: room, hint: "" }));
}

/** Those that begin with what is sought before those that hold it. */
function best<Thing>(things: readonly Thing[], names: (thing: Thing) => string[], sought: string): Thing[] {
  const ranked = things.flatMap((thing) => {
    const places = names(thing).map((name) => name.toLowerCase().indexOf(sought));
    const place = Math.min(...places.map((at) => (at < 0 ? Infinity : at)));
    return place === Infinity ? [] : [{ thing, place: place === 0 ? 0 : 1 }];
  });
  return ranked
    .sort((one, other) => one.place - other.place)
    .slice(0, MOST)
    .map(({ thing }) => thing);
}
