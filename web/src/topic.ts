// Something that changes, and those who want to know. What changes many times within a frame is told once.
export type Later = (tell: () => void) => void;

/** Waits for the next frame of a page that is seen; one that is not seen draws nothing, and is told four times a second. */
export const nextFrame: Later = (tell) => {
  if (typeof document === "undefined") queueMicrotask(tell);
  else if (document.visibilityState === "visible") {
    // A window that is covered gets no frames although it counts as visible.
    let told = false;
    const once = () => {
      if (!told) {
        told = true;
        tell();
      }
    };
    requestAnimationFrame(once);
    setTimeout(once, 250);
  } else setTimeout(tell, 250);
};

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
