// What the links of messages lead to, as the server found it: asked for once for each message as it is.
import type { Item } from "../wire/frames";

export interface LinkPreview {
  url: string;
  title: string;
  description?: string;
  site?: string;
  /** A small picture in WebP, in base64. */
  picture?: string;
  width?: number;
  height?: number;
}

const KEPT_MOST = 300;
const kept = new Map<string, Promise<LinkPreview[]>>();

export function previewsOf(room: string, item: Item): Promise<LinkPreview[]> {
  const key = `${room}/${item.seq}/${item.edited ?? ""}`;
  let found = kept.get(key);
  if (!found) {
    found = ask(`/api/rooms/${room}/messages/${item.seq}/previews`);
    kept.set(key, found);
    if (kept.size > KEPT_MOST) kept.delete(kept.keys().next().value!);
    found.catch(() => kept.delete(key));
  }
  return found.catch(() => []);
}

async function ask(url: string): Promise<LinkPreview[]> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`it answers ${answer.status}`);
  return ((await answer.json()) as { links: LinkPreview[] }).links;
}
