/**
 * Which entries a run has nothing to do with: those that the rules of `--exclude` and `--include` leave out.
 *
 * Whether an entry is left out is a pure function of its path below the roots and of whether it is a directory; the first
 * rule that matches decides, and what is in a directory that is left out is never asked about. An entry that is left out
 * is neither mirrored nor deleted, and a directory is not watched.
 */
import type { ByteString } from '../native/addon.ts';
import { compilePattern, type Pattern } from './pattern.ts';

export interface Rule {
  readonly exclude: boolean;
  /** In rsync's syntax, as bytes; not empty. */
  readonly pattern: ByteString;
}

/** Whether the entry of this name, in one directory, is left out. */
export type Excludes = (name: ByteString, isDirectory: boolean) => boolean;

const NONE: Excludes = () => false;

export class Filter {
  readonly #given: readonly Rule[];
  readonly #rules: readonly (Pattern & { readonly exclude: boolean })[];
  readonly #reserved: ByteString | null;

  /** `reserved`: an entry of the roots that is left out whatever the rules say. */
  constructor(rules: readonly Rule[], reserved: ByteString | null = null) {
    this.#given = rules;
    this.#reserved = reserved;
    this.#rules = rules.map(({ exclude, pattern }) => ({ ...compilePattern(pattern), exclude }));
  }

  /** Whether nothing is ever left out. */
  get isEmpty(): boolean {
    return this.#rules.length === 0 && this.#reserved === null;
  }

  /** The same, and an entry of the roots is left out, too. */
  reserving(name: ByteString): Filter {
    return new Filter(this.#given, name);
  }

  /** Whether an entry may be left out in one place and not in another. */
  get dependsOnPlace(): boolean {
    return this.#rules.some((rule) => !rule.nameOnly);
  }

  /** `path`: below the roots; those above it are not left out. */
  excludes(path: ByteString, isDirectory: boolean): boolean {
    if (path === this.#reserved) return true;
    for (const rule of this.#rules) {
      if (rule.directoriesOnly && !isDirectory) continue;
      if (rule.expression.test(`/${path}${isDirectory && rule.slashed ? '/' : ''}`)) return rule.exclude;
    }
    return false;
  }

  /** The same question for the entries of one directory, given by its path below the roots (empty: the roots). */
  below(directory: ByteString): Excludes {
    if (this.isEmpty) return NONE;
    const prefix = directory === '' ? '' : `${directory}/`;
    return (name, isDirectory) => this.excludes(prefix + name, isDirectory);
  }
}

/** Leaves nothing out. */
export const EVERYTHING = new Filter([]);
