// Going to a room as soon as it is there: it is in the list a moment after the server said yes.
import type { Klatch } from "../klatch";

const TRIES = 100;
const EVERY = 30;

export async function arrive(klatch: Klatch, name: string): Promise<void> {
  for (let tries = 0; tries < TRIES && !klatch.find(name); tries++) await new Promise((go) => setTimeout(go, EVERY));
  klatch.goTo(name);
}
