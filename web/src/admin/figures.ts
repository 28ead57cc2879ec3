// Figures over a short time, for graphs.
import type { FiguresTold } from "../wire/frames";

export const EVERY = 2_000;
const HELD_MOST = 61;

/** A number to end an axis at: 1, 2 or 5 and zeros, and not below what is drawn. */
export function roundUp(most: number, least: number): number {
  const wanted = Math.max(most, least);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= wanted) ?? wanted;
}

/** How much a figure that only grows grew in a second, from each to the next. */
function rates(told: FiguresTold[], of: (figures: FiguresTold) => number): number[] {
  return told.slice(1).map((figures, index) => {
    const before = told[index] as FiguresTold;
    return Math.max(0, of(figures) - of(before)) / Math.max(0.001, (figures.now - before.now) / 1_000);
  });
}

/** What was told of the server lately, the last at the end. */
export class Figures {
  #told: FiguresTold[] = [];

  take(figures: FiguresTold): void {
    const last = this.#told.at(-1);
    // Another start counts from nothing.
    if (last && last.since !== figures.since) this.#told = [];
    this.#told = [...this.#told, figures].slice(-HELD_MOST);
  }

  get last(): FiguresTold | null {
    return this.#told.at(-1) ?? null;
  }

  each(of: (figures: FiguresTold) => number): number[] {
    return this.#told.map(of);
  }

  rates(of: (figures: FiguresTold) => number): number[] {
    return rates(this.#told, of);
  }

  /** The milliseconds that a COMMIT took in each of the times between; where there was none, as before. */
  get commits(): number[] {
    let before = 0;
    return this.#told.slice(1).map((figures, index) => {
      const earlier = this.#told[index] as FiguresTold;
      const count = figures.commits - earlier.commits;
      if (count > 0) before = (1_000 * (figures.commit_seconds - earlier.commit_seconds)) / count;
      return before;
    });
  }
}
