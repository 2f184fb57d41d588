/** Makes text fit the columns of a terminal, where a character is not a column. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter();

/** What stands for what was left out. */
const ELLIPSIS = '...';

/** Columns that the text takes; control characters must not be in it. */
export function width(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : stringWidth(text);
}

/** As much of the end of a text as fits: of a path that is the most telling part. */
export function fitEnd(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  const room = columns - ELLIPSIS.length;
  let kept = '';
  let used = 0;
  for (const { segment } of [...graphemes.segment(text)].toReversed()) {
    used += width(segment);
    if (used > room) break;
    kept = segment + kept;
  }
  return room <= 0 ? ELLIPSIS.slice(0, Math.max(0, columns)) : ELLIPSIS + kept;
}

/** A part of a line; of those that do not fit together, the ones of the highest rank are left out. */
export interface Part {
  readonly text: string;
  readonly rank: number;
  /** It may be cut at its beginning, down to so many columns. */
  readonly least?: number;
}

const SEPARATOR = ', ';

/** The parts as one line of at most so many columns. */
export function fitParts(parts: readonly Part[], columns: number): string {
  const shown = parts.filter((part) => part.text !== '');
  for (;;) {
    const room = columns - SEPARATOR.length * Math.max(0, shown.length - 1);
    const fixed = shown.reduce((sum, part) => sum + (part.least === undefined ? width(part.text) : 0), 0);
    const flexible = shown.filter((part) => part.least !== undefined);
    const share = flexible.length === 0 ? 0 : Math.floor((room - fixed) / flexible.length);
    const fits = flexible.every((part) => share >= Math.min(part.least ?? 0, width(part.text)));
    if (fits && fixed <= room)
      return shown
        .map((part) => (part.least === undefined ? part.text : fitEnd(part.text, share)))
        .join(SEPARATOR);
    if (shown.length <= 1) return fitEnd(shown[0]?.text ?? '', columns);
    const last = shown.reduce((worst, part) => (part.rank > worst.rank ? part : worst));
    shown.splice(shown.indexOf(last), 1);
  }
}
