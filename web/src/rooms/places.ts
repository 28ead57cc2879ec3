// Rooms and messages in the page's address: `#lobby`, `#@bob`, `#lobby/42`.
export interface Spot {
  room: string;
  seq: number | null;
}

export function readSpot(hash: string): Spot {
  let text = hash.replace(/^#/, "");
  try {
    text = decodeURIComponent(text);
  } catch {
    // Typed by hand: taken as it is.
  }
  const [name = "", seq] = text.split("/", 2);
  const number = seq && /^\d{1,15}$/.test(seq) ? Number(seq) : null;
  return { room: !name || name.startsWith("@") ? name : `#${name}`, seq: number };
}

export function spellSpot({ room, seq }: Spot): string {
  const name = room.replace(/^#/, "");
  return `#${seq === null ? name : `${name}/${seq}`}`;
}

export interface Link {
  kind: "i" | "owner" | "reset";
  secret: string;
}

/** The link that the page was opened by, if it was by one. */
export function readLink(path: string): Link | null {
  const found = /^\/(i|owner|reset)\/([A-Za-z0-9_-]{22,128})$/.exec(path);
  return found ? { kind: found[1] as Link["kind"], secret: found[2] ?? "" } : null;
}

/** Where the page's server takes WebSockets. */
export function serverUrl({ protocol, host }: Pick<Location, "protocol" | "host">): string {
  return `${protocol === "https:" ? "wss" : "ws"}://${host}/ws`;
}
