// Whose profile is shown: any part of the page may ask for it, and the house shows it.
import type { Author } from "../wire/frames";
import { Topic } from "../topic";

export const profileAsked = new Topic();
let asked: Author | null = null;

export function askedProfile(): Author | null {
  return asked;
}

/** Shows who somebody is; null: nobody any more. */
export function openProfile(person: Author | null): void {
  asked = person && { id: person.id, name: person.name };
  profileAsked.tell();
}
