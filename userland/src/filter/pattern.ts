/**
 * One pattern of `--exclude` or `--include`, with rsync's rules, as a regular expression on paths of bytes.
 *
 * Our own because no glob library has these rules: in rsync an unanchored pattern with a slash matches at the end of the
 * path, `*` stops at a slash and `**` does not wherever it stands, a backslash is only an escape where there is a wildcard,
 * and names are bytes.
 */
import type { ByteString } from '../native/addon.ts';

export interface Pattern {
  /** Tested against `/` and the path below the roots; with a slash at its end when `slashed` and it is a directory. */
  readonly expression: RegExp;
  readonly directoriesOnly: boolean;
  /** `dir/***` also matches `dir/`. */
  readonly slashed: boolean;
  /** Looks at the last name only, so that it says the same wherever the entry lies. */
  readonly nameOnly: boolean;
}

const WILD = /[*?[]/;

/** `text` is not empty. */
export function compilePattern(text: ByteString): Pattern {
  const directoriesOnly = text.length > 1 && text.endsWith('/');
  const body = directoriesOnly ? text.slice(0, -1) : text;
  const anchored = body.startsWith('/');
  const wild = WILD.test(body);
  const crossing = wild && body.includes('**');
  const nameOnly = !anchored && !crossing && !body.includes('/');
  const source = wild ? translate(anchored ? body.slice(1) : body) : literal(anchored ? body.slice(1) : body);
  // A leading ** may stand for the empty path as well: `**/name` is found at the top, too.
  const begin = anchored ? '^/' : body.startsWith('**') ? '^' : '/';
  return {
    expression: new RegExp(`${begin}${source}$`, 's'),
    directoriesOnly,
    slashed: body.endsWith('***'),
    nameOnly,
  };
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function translate(glob: string): string {
  let source = '';
  let at = 0;
  while (at < glob.length) {
    const char = glob[at] ?? '';
    if (char === '*') {
      const stars = /^\*+/.exec(glob.slice(at))?.[0].length ?? 1;
      source += stars > 1 ? '.*' : '[^/]*';
      at += stars;
    } else if (char === '[') {
      const set = characterSet(glob, at);
      if (set === null) return NEVER;
      source += set.source;
      at = set.end;
    } else if (char === '\\' && at + 1 < glob.length) {
      source += literal(glob[at + 1] ?? '');
      at += 2;
    } else {
      source += char === '?' ? '[^/]' : literal(char);
      at += 1;
    }
  }
  return source;
}

/** What rsync makes of a set that is not closed: it matches nothing. */
const NEVER = '(?!)';

/** POSIX classes in the C locale. */
const CLASSES: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  blank: ' \\t',
  cntrl: '\\x00-\\x1f\\x7f',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`\\{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  xdigit: '0-9A-Fa-f',
};

/** The set that begins at `from`, and the position behind it; null when it is not closed, or names no class. */
function characterSet(glob: string, from: number): { source: string; end: number } | null {
  let at = from + 1;
  const negated = glob[at] === '!' || glob[at] === '^';
  if (negated) at += 1;
  let members = '';
  for (let first = true; first || glob[at] !== ']'; first = false) {
    const named = /^\[:([^\]]*):\]/.exec(glob.slice(at));
    if (named !== null) {
      const range = CLASSES[named[1] ?? ''];
      if (range === undefined) return null;
      members += range;
      at += named[0].length;
      continue;
    }
    const low = member(glob, at);
    if (low === null) return null;
    at = low.end;
    const high = glob[at] === '-' && glob[at + 1] !== ']' ? member(glob, at + 1) : null;
    // A range that runs backwards is empty, but for where it begins.
    members += code(low.char);
    if (high !== null) {
      if (low.char <= high.char) members += `${code(low.char)}-${code(high.char)}`;
      at = high.end;
    }
  }
  // A set never matches a slash, whatever it holds.
  return { source: `(?!/)[${negated ? '^' : ''}${members}]`, end: at + 1 };
}

function member(glob: string, at: number): { char: string; end: number } | null {
  const escaped = glob[at] === '\\' ? 1 : 0;
  const char = glob[at + escaped];
  return char === undefined ? null : { char, end: at + escaped + 1 };
}

function code(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
