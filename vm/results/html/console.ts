/** A guest's console, with line numbers as an editor shows them in console.log. */
import type { Slice } from '../console-slice.ts';
import { markup, type Markup } from '../markup.ts';

/** The lines of `shown`, with those within `marked` set off. */
export function consoleLines(
  console: readonly string[],
  shown: Slice,
  marked: readonly Slice[],
  prefix = '',
): Markup {
  const isMarked = (line: number): boolean => marked.some(({ from, to }) => line >= from && line < to);
  const width = String(shown.to).length;
  const lines = console.slice(shown.from, shown.to).map((text, index) => {
    const line = shown.from + index;
    const id = prefix === '' ? '' : markup` id="${prefix}-${line + 1}"`;
    const row = markup`<span class="n"${id}>${String(line + 1).padStart(width)}</span>${text}\n`;
    return isMarked(line) ? markup`<mark>${row}</mark>` : row;
  });
  return markup`<pre class="console" tabindex="0" aria-label="Console, lines ${shown.from + 1} to ${shown.to}">${lines}</pre>
`;
}
