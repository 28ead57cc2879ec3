// Names as people type them, made into names as the server takes them.

/** Words with spaces between become one name: `Book club` is `Book-club`. */
export function asName(typed: string): string {
  return typed.trim().replace(/\s+/g, "-");
}
