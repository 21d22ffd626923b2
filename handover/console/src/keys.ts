/** Which key presses are shortcuts and which are somebody writing. */

/** True where letters belong to the text: fields, and anything inside an open dialog. */
export function isWriting(event: Event): boolean {
  const target = event.composedPath()[0];
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.closest('input, textarea, select, dialog') !== null)
  );
}

export function hasModifier(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.altKey || event.metaKey;
}
