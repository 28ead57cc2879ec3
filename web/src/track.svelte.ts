// Where what changes outside of Svelte meets what is drawn by it.
import { createSubscriber } from "svelte/reactivity";
import type { Topic } from "./topic";

const trackers = new WeakMap<Topic, () => void>();

/** Read inside an effect or a derived value, which is then worked out anew after each change. */
export function track(topic: Topic): void {
  let tracker = trackers.get(topic);
  if (!tracker) {
    tracker = createSubscriber((update) => topic.subscribe(update));
    trackers.set(topic, tracker);
  }
  tracker();
}
