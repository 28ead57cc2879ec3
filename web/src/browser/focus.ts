// Where the focus goes when something that lay over the page goes.

/** Notes where the focus is; what this gives brings it back there, unless it went elsewhere by itself. */
export function keepFocus(): () => void {
  const before = ancestorsOf(document.activeElement);
  const byKeyboard = before[0]?.matches(":focus-visible") ?? false;
  return () => {
    if (document.activeElement && document.activeElement !== document.body) return;
    // Who pressed a message with the mouse goes on writing; a thumb does not want the keyboard back.
    if (!byKeyboard && before.some((element) => element.matches("article"))) {
      if (matchMedia("(hover: hover)").matches) focusComposer();
      return;
    }
    // What is gone by now stood within something.
    for (const element of before) {
      element.focus({ preventScroll: true });
      if (document.activeElement === element) return;
    }
  };
}

export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>("form textarea")?.focus();
}

/** Whether a letter that was typed there has no meaning: then it begins what one says. */
export function takesNoLetters(target: Element): boolean {
  return target === document.body || target.matches("article.pressed");
}

function ancestorsOf(element: Element | null): HTMLElement[] {
  const found: HTMLElement[] = [];
  for (let at = element; at instanceof HTMLElement; at = at.parentElement) found.push(at);
  return found;
}
