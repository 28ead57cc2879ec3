// What a key means while an input method is at work, as for Japanese: there Enter takes the word that is offered.

/** Whether a key belongs to the input method. Safari tells of the Enter that ends a word only by its old number. */
export function composes(event: KeyboardEvent): boolean {
  return event.isComposing || event.keyCode === 229;
}
