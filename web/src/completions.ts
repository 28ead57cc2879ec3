// What could be meant by the word that is being typed: a person, a room, an emoji or a command.
import { EMOJI } from "./emoji";

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
}

/** The word before the caret, if it may be completed. */
export function wordAt(text: string, caret: number): Asked | null {
  const before = text.slice(0, caret);
  const found = /(?:^|[\s(])([@#:][^\s@#:()]*)$/u.exec(before) ?? /^(\/[a-z]*)$/.exec(before);
  const word = found?.[1];
  if (!word || (word.startsWith(":") && word.length < 3)) return null;
  return { from: caret - word.length, word };
}

export function complete(
  word: string,
  known: { people: { name: string; display_name: string }[]; rooms: string[]; commands: { usage: string; does: string }[] },
): Choice[] {
  const sought = word.slice(1).toLowerCase();
  switch (word[0]) {
    case "@":
      return best(known.people, (person) => [person.name, person.display_name], sought).map((person) => ({
        text: `@${person.name} `,
        shown: `@${person.name}`,
        hint: person.display_name === person.name ? "" : person.display_name,
      }));
    case "#":
      return best(known.rooms.filter((room) => room.startsWith("#")), (room) => [room.slice(1)], sought).map((room) => ({
        text: `${room} `,
        shown: room,
        hint: "",
      }));
    case ":":
      return best(EMOJI, ([, names]) => names.split(" "), sought).map(([emoji, names]) => ({
        text: `${emoji} `,
        shown: emoji,
        hint: names.split(" ")[0] ?? "",
      }));
    default:
      return best(known.commands, (command) => [command.usage.split(" ")[0]?.slice(1) ?? ""], sought).map((command) => ({
        text: `${command.usage.split(" ")[0]} `,
        shown: command.usage,
        hint: command.does,
      }));
  }
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
    .slice(0, 8)
    .map(({ thing }) => thing);
}
