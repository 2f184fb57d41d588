/** Reads `git format-patch` output: which files a patch touches, and how. */

export interface Hunk {
  /** `@@ -1,2 +3,4 @@ ...`, as it stands. */
  readonly header: string;
  /** First line and number of lines in the old and in the new file; line numbers start at 1. */
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  /** With their first character: ` `, `+`, `-`, or `\\`, which says of the line above that it has no newline. */
  readonly lines: readonly string[];
}

export interface FileChange {
  /** Paths from the tree's top; undefined where the file did not exist before, or does not after. */
  readonly oldPath: string | undefined;
  readonly newPath: string | undefined;
  /** As git writes it, e.g. `100755`, of a file that is created or whose mode changes. */
  readonly newMode?: string;
  readonly hunks: readonly Hunk[];
}

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/;

/** Parses the text of one patch. A text without any `diff --git` line gives no changes. */
export function parsePatch(text: string): FileChange[] {
  const lines = text.split('\n');
  const changes: FileChange[] = [];
  let i = 0;
  while (i < lines.length) {
    const names = /^diff --git a\/(.*) b\/(.*)$/.exec(lines[i++] ?? '');
    if (names === null) continue;
    let [, oldPath, newPath]: (string | undefined)[] = names;
    let newMode: string | undefined;
    const hunks: Hunk[] = [];
    while (i < lines.length && !lines[i]?.startsWith('diff --git ')) {
      const line = lines[i] ?? '';
      if (line.startsWith('new file mode ')) oldPath = undefined;
      if (line.startsWith('deleted file mode ')) newPath = undefined;
      newMode ??= /^new (?:file )?mode (\d+)$/.exec(line)?.[1];
      const hunk = HUNK.exec(line);
      i += 1;
      if (hunk === null) continue;
      const [oldStart, oldCount, newStart, newCount] = [1, 2, 3, 4].map((group) => Number(hunk[group] ?? 1));
      const body = takeHunk(lines, i, oldCount ?? 1, newCount ?? 1);
      i += body.length;
      hunks.push({
        header: line,
        oldStart: oldStart ?? 0,
        oldCount: oldCount ?? 1,
        newStart: newStart ?? 0,
        newCount: newCount ?? 1,
        lines: body,
      });
    }
    changes.push({ oldPath, newPath, ...(newMode !== undefined && { newMode }), hunks });
  }
  return changes;
}

/** The hunk's lines: its counts say where it ends, as a removed line may look like anything. */
function takeHunk(lines: readonly string[], start: number, oldCount: number, newCount: number): string[] {
  let [old, added, end] = [0, 0, start];
  while (end < lines.length && (old < oldCount || added < newCount || isNoNewline(lines[end]))) {
    const line = lines[end];
    end += 1;
    if (isNoNewline(line)) continue;
    if (!line?.startsWith('+')) old += 1;
    if (!line?.startsWith('-')) added += 1;
  }
  return lines.slice(start, end);
}

/** `\ No newline at end of file`, in the words of whatever language diff spoke: no line of either file. */
function isNoNewline(line: string | undefined): boolean {
  return line?.startsWith('\\') === true;
}

/** Every path that the changes read or write, once each, sorted. */
export function touchedPaths(changes: readonly FileChange[]): string[] {
  const paths = changes.flatMap(({ oldPath, newPath }) => [oldPath, newPath]);
  return [...new Set(paths.filter((path) => path !== undefined))].toSorted();
}

/**
 * Applies the hunks to `text` exactly: at their lines, with their context.
 *
 * For files that the series itself creates, where nothing may have moved.
 *
 * @throws RangeError when a line of the context is another one
 */
export function applyHunks(text: string, hunks: readonly Hunk[]): string {
  const old = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const result: string[] = [];
  let next = 0;
  let newlineAtEnd = text === '' || text.endsWith('\n');
  for (const hunk of hunks) {
    const start = Math.max(hunk.oldStart - 1, 0);
    result.push(...old.slice(next, start));
    next = start;
    for (const [index, line] of hunk.lines.entries()) {
      const content = line.slice(1);
      if (isNoNewline(line)) {
        newlineAtEnd = hunk.lines[index - 1]?.startsWith('-') === true;
        continue;
      }
      if (line.startsWith('+')) {
        result.push(content);
        continue;
      }
      if (old[next] !== content) {
        throw new RangeError(
          `line ${next + 1} is ${JSON.stringify(old[next])}, not ${JSON.stringify(content)}`,
        );
      }
      if (!line.startsWith('-')) result.push(content);
      next += 1;
    }
  }
  result.push(...old.slice(next));
  return result.length === 0 ? '' : `${result.join('\n')}${newlineAtEnd ? '\n' : ''}`;
}
