/** The parts of a built file that have names: so that "they differ" can be said as "`.rodata` differs". */
import { bzImageRegions } from './bzimage.ts';
import { elfRegions } from './elf.ts';
import { newcRegions } from './newc.ts';

export interface Region {
  /** As the format's own tools show it: `.text`, `bin/dirsync`, `setup header`. */
  readonly name: string;
  /** Offsets in the file, in bytes; `end` is behind the last one. */
  readonly start: number;
  readonly end: number;
}

/** The regions of an ELF file, a bzImage or a newc archive; none of a file that is none of these. */
export function regionsOf(file: Buffer): Region[] {
  return elfRegions(file) ?? bzImageRegions(file) ?? newcRegions(file) ?? [];
}
