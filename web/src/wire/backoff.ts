// How long to wait before the next try to reach a server: longer each time, and never in step with others.
const LEAST = 500;
const MOST = 30_000;

/** Exponential with full jitter; times in milliseconds. `randomness` gives numbers from 0 up to 1. */
export class Backoff {
  #ceiling = LEAST;

  constructor(private readonly randomness: () => number = Math.random) {}

  /** How long to wait now; never less than the server asked for. */
  next(atLeast = 0): number {
    const wait = this.randomness() * this.#ceiling;
    this.#ceiling = Math.min(MOST, this.#ceiling * 2);
    return atLeast + wait;
  }

  /** The server was reached. */
  reset(): void {
    this.#ceiling = LEAST;
  }
}
