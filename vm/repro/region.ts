/** A part of a built file that has a name: so that "they differ" can be said as "`.rodata` differs". */
export interface Region {
  /** As the format's own tools show it: `.text`, `bin/dirsync`, `setup header`. */
  readonly name: string;
  /** Offsets in the file, in bytes; `end` is behind the last one. */
  readonly start: number;
  readonly end: number;
}
