// A finger that rests: what a right click is elsewhere.

const RESTS = 450;
/** A finger that goes further than this scrolls (px). */
const SLACK = 10;

export class LongPress {
  #due: ReturnType<typeof setTimeout> | undefined;
  #from = { x: 0, y: 0 };
  #isTouch = false;

  constructor(private readonly pressed: () => void) {}

  begin = (event: PointerEvent): void => {
    this.#isTouch = event.pointerType === "touch";
    if (!this.#isTouch || (event.target as HTMLElement).closest("a, button, textarea, input, pre")) return;
    this.#from = { x: event.clientX, y: event.clientY };
    clearTimeout(this.#due);
    this.#due = setTimeout(this.pressed, RESTS);
  };

  move = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - this.#from.x, event.clientY - this.#from.y) > SLACK) this.end();
  };

  end = (): void => clearTimeout(this.#due);

  /** The browser's own menu stays where one has a mouse. */
  menu = (event: MouseEvent): void => {
    if (this.#isTouch && !(event.target as HTMLElement).closest("a, textarea, input, pre")) event.preventDefault();
  };
}
