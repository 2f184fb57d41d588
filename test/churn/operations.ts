/**
 * A change of a tree as plain data: one line of JSON, which the interpreter carries out and which a person can read, edit and
 * keep. Nothing about it is decided later than when it was written down.
 *
 * Paths start at the folder that holds `source` and `outside`. Names are bytes: one char of a string is one byte.
 */

/** `fill` chooses what is written; 0 means zeroes. Sizes and places are bytes. */
interface Content {
  readonly size: number;
  readonly fill: number;
}

type Change =
  /** A new file (O_EXCL). */
  | ({ readonly op: 'create'; readonly mode: number } & Content)
  /** As `> file`: emptied, then written. */
  | ({ readonly op: 'rewrite' } & Content)
  /** In place; beyond the end it leaves a hole. */
  | ({ readonly op: 'overwrite'; readonly at: number } & Content)
  | ({ readonly op: 'append' } & Content)
  | { readonly op: 'truncate'; readonly size: number }
  | { readonly op: 'allocate'; readonly at: number; readonly size: number }
  | { readonly op: 'punch'; readonly at: number; readonly size: number }
  | { readonly op: 'mkdir'; readonly mode: number }
  | { readonly op: 'fifo'; readonly mode: number }
  | { readonly op: 'symlink'; readonly to: string }
  | { readonly op: 'unlink' }
  | { readonly op: 'rmdir' }
  /** As `rm -rf`. */
  | { readonly op: 'remove' }
  /** Removes what lies in a directory. */
  | { readonly op: 'wipe' }
  | { readonly op: 'rename'; readonly to: string }
  /** RENAME_EXCHANGE. */
  | { readonly op: 'exchange'; readonly to: string }
  | { readonly op: 'link'; readonly to: string }
  | { readonly op: 'chmod'; readonly mode: number }
  | { readonly op: 'chown'; readonly uid: number; readonly gid: number }
  /** Sets the mtime. */
  | { readonly op: 'utimes'; readonly sec: number; readonly nsec: number }
  | { readonly op: 'setxattr'; readonly name: string; readonly value: string }
  | { readonly op: 'removexattr'; readonly name: string };

export type PathOperation = Change & { readonly path: string };

/** Microseconds in which the writer does nothing. */
interface Pause {
  readonly op: 'pause';
  readonly us: number;
}

/** Not carried out by a writer: all wait until the destination is equal to the source. */
interface Settle {
  readonly op: 'settle';
}

export type Operation = PathOperation | Pause | Settle;

/** An operation and the number of the writer that makes it; 0 without one. */
export type Step = Operation & { readonly by?: number };

/** One line, without its end. All but printable ASCII is escaped, so that no editor and no pipe changes it. */
export function formatStep(step: Step): string {
  return JSON.stringify(step).replaceAll(/[^ -~]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

export function formatScript(steps: readonly Step[]): string {
  return steps.map((step) => `${formatStep(step)}\n`).join('');
}

const KNOWN: ReadonlySet<string> = new Set(
  `create rewrite overwrite append truncate allocate punch mkdir fifo symlink unlink rmdir remove wipe rename exchange
   link chmod chown utimes setxattr removexattr pause settle`.split(/\s+/),
);
/** Reads a script; lines that are empty or begin with `#` say nothing. Throws an Error that names the line. */
export function parseScript(text: string): Step[] {
  const steps: Step[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#')) continue;
    steps.push(parseStep(line, index + 1));
  }
  return steps;
}

function parseStep(line: string, number: number): Step {
  let step: unknown;
  try {
    step = JSON.parse(line);
  } catch (cause) {
    throw new Error(`line ${number} is no JSON: ${line}`, { cause });
  }
  const known = typeof step === 'object' && step !== null && 'op' in step && KNOWN.has(String(step.op));
  if (!known) throw new Error(`line ${number} is no operation: ${line}`);
  // What else it needs, the interpreter sees to.
  return step as Step;
}
