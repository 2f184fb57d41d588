/** Words as others read them back: a shell that a person pastes into, and QEMU's own option parser. */

/** Quotes one word for a POSIX shell, only where it is needed. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Joins the words of a command into one line. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(' ');
}

/** Quotes a value within a QEMU option: its parser ends a value at a comma, and reads two as one. */
export function escapeCommas(value: string): string {
  return value.replaceAll(',', ',,');
}
