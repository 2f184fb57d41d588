/** The mistakes of a configuration file, gathered so that all of them can be told at once, each with its place. */
import { EXIT, quote, sentence, SyncError } from '../../errors.ts';
import { displayName } from '../../native/names.ts';
import type { ByteString } from '../../native/addon.ts';
import type { Place } from './toml.ts';

/** More than a screen of them helps nobody. */
const MOST = 20;

interface Complaint {
  readonly place: Place;
  readonly found: string;
  readonly hint?: string | undefined;
}

export class Complaints {
  readonly #file: ByteString;
  readonly #all: Complaint[] = [];

  constructor(file: ByteString) {
    this.#file = file;
  }

  add(place: Place, found: string, hint?: string): void {
    this.#all.push({ place, found, hint });
  }

  /** Throws a SyncError with exit code 1 if there are any: a line each, in the order of the file. */
  throwIfAny(): void {
    const [first] = this.#all;
    if (first === undefined) return;
    throw new SyncError(EXIT.USAGE, 'CONFIG', this.#all.length === 1 ? this.#parts(first) : this.#list());
  }

  #parts({ place, found, hint }: Complaint) {
    const tried = `${displayName(this.#file)}:${place.line}:${place.column}`;
    return { tried, found, ...(hint === undefined ? {} : { hint }) };
  }

  #list() {
    const sorted = this.#all.toSorted(({ place: a }, { place: b }) => a.line - b.line || a.column - b.column);
    const lines = sorted.slice(0, MOST).map((complaint) => {
      const { tried, found, hint } = this.#parts(complaint);
      return sentence(tried, found, hint);
    });
    if (sorted.length > MOST) lines.push(`and ${sorted.length - MOST} more`);
    const found = [`${sorted.length} mistakes`, ...lines].join('\n');
    return { tried: `read --config ${quote(this.#file)}`, found };
  }
}
