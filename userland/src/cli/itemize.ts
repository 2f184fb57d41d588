/**
 * The eleven characters with which rsync's `--itemize-changes` says what was done to an entry: `>f.st......`.
 *
 * How it was updated (`>` data came, `c` made anew, `h` linked, `.` attributes only), its type, and a letter for each
 * attribute that differed, or `+` for all when it was not there. What cannot be told here stays a dot.
 */
import { DIFF } from '../metadata/records.ts';
import { FILE_TYPE, type FileType } from '../native/addon.ts';
import type { Item, SyncEvent } from '../report.ts';

const TYPES: Readonly<Record<FileType, string>> = {
  [FILE_TYPE.REGULAR]: 'f',
  [FILE_TYPE.DIRECTORY]: 'd',
  [FILE_TYPE.SYMLINK]: 'L',
  [FILE_TYPE.CHAR]: 'D',
  [FILE_TYPE.BLOCK]: 'D',
  [FILE_TYPE.FIFO]: 'S',
  [FILE_TYPE.SOCKET]: 'S',
};

/** Letters in rsync's places. Owner and group are compared as one, and shown as owner. */
const LETTERS: readonly (readonly [letter: string, bits: number])[] = [
  ['c', DIFF.LINK | DIFF.RDEV | DIFF.RACY],
  ['s', DIFF.SIZE],
  ['t', DIFF.MTIME],
  ['p', DIFF.MODE],
  ['o', DIFF.OWNER],
  ['g', 0],
  ['u', 0],
  ['a', 0],
  ['x', 0],
];

const NEW = '+'.repeat(LETTERS.length);

/** The characters for an event, or null for one that changes nothing; messages begin with `*`, as in rsync. */
export function itemize(event: SyncEvent): string | null {
  switch (event.kind) {
    case 'copied':
      return `${event.item.type === FILE_TYPE.REGULAR ? '>' : 'c'}${TYPES[event.item.type]}${changes(event.item)}`;
    case 'updated':
      return `.${TYPES[event.item.type]}${changes(event.item)}`;
    case 'created-directory':
      return `cd${NEW}`;
    case 'linked':
      return `hf${NEW}`;
    case 'deleted':
      return '*deleting  ';
    case 'renamed':
      return '*renaming  ';
    case 'backed-up':
      return '*backing up';
    case 'watching':
    case 'ready':
    case 'audited':
    case 'event':
    case 'failed':
    case 'recovered':
    case 'warning':
    default:
      return null;
  }
}

function changes({ diff }: Item): string {
  if ((diff & (DIFF.MISSING | DIFF.TYPE)) !== 0) return NEW;
  return LETTERS.map(([letter, bits]) => ((diff & bits) === 0 ? '.' : letter)).join('');
}
