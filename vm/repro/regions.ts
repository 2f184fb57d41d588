/** Finds the named parts of a built file, whatever its format is. */
import { bzImageRegions } from './bzimage.ts';
import { elfRegions } from './elf.ts';
import { newcRegions } from './newc.ts';
import type { Region } from './region.ts';

/** The regions of an ELF file, a bzImage or a newc archive; none of a file that is none of these. */
export function regionsOf(file: Buffer): Region[] {
  return elfRegions(file) ?? bzImageRegions(file) ?? newcRegions(file) ?? [];
}
