// Something that changes, and those who want to know. What changes many times within a frame is told once.
export type Later = (tell: () => void) => void;

const UNSEEN = 250;
/** The longest rest between two drawings (ms). */
const REST_MOST = 150;

let due: (() => void)[] = [];
let asked = false;
let restsUntil = 0;

/**
 * Waits for the next frame of a page that is seen; one that is not seen draws nothing, and is told four times a second.
 * All that waits is told in one go. Where drawing it takes long, the page rests twice as long before the next: however
 * much arrives, it answers to who uses it.
 */
export const nextFrame: Later = (tell) => {
  if (typeof document === "undefined") {
    queueMicrotask(tell);
    return;
  }
  due.push(tell);
  if (asked) return;
  asked = true;
  const rest = restsUntil - performance.now();
  if (document.visibilityState !== "visible") setTimeout(tellAll, UNSEEN);
  else if (rest > 0) setTimeout(inFrame, rest);
  else inFrame();
};

function inFrame(): void {
  // A window that is covered gets no frames although it counts as visible.
  let told = false;
  const once = () => {
    if (told) return;
    told = true;
    tellAll();
  };
  requestAnimationFrame(once);
  setTimeout(once, UNSEEN);
}

function tellAll(): void {
  const tells = due;
  due = [];
  asked = false;
  const began = performance.now();
  for (const tell of tells) tell();
  // A task of its own comes after all of it was drawn.
  setTimeout(() => {
    const now = performance.now();
    restsUntil = now + Math.min(REST_MOST, 2 * (now - began));
  });
}

export class Topic {
  #listeners = new Set<() => void>();
  #due = false;

  constructor(private readonly later: Later = nextFrame) {}

  /** Wants to know from now on; call what this gives to end that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** It changed: tells, soon. */
  tell(): void {
    if (this.#due) return;
    this.#due = true;
    this.later(() => {
      this.#due = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
