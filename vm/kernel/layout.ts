/** The checkout's kernel folders, and the flavours of kernel that are built from them. */
import { join } from 'node:path';
import { CHECKOUT } from '../paths.ts';

export const SERIES_DIR = join(CHECKOUT, 'kernel-patch', 'series');
export const FRAGMENTS_DIR = join(CHECKOUT, 'kernel-patch', 'config');

/**
 * `plain` has the series. `debug` and `kasan` are `plain` with the kernel's own checks. `stock` is the same kernel without
 * the series, to show what it changes.
 */
export type Flavour = 'plain' | 'debug' | 'kasan' | 'stock';

interface FlavourParts {
  readonly patched: boolean;
  /** Fragments below `FRAGMENTS_DIR`, in the order in which they are merged. */
  readonly fragments: readonly string[];
}

const COMMON = ['base.config', 'console.config', 'storage.config', 'tcg.config'];
const PATCHED = [...COMMON, 'dirsync.config'];

export const FLAVOURS: Readonly<Record<Flavour, FlavourParts>> = {
  plain: { patched: true, fragments: PATCHED },
  debug: { patched: true, fragments: [...PATCHED, 'checks.config', 'debug.config', 'fault.config'] },
  kasan: { patched: true, fragments: [...PATCHED, 'checks.config', 'kasan.config'] },
  stock: { patched: false, fragments: COMMON },
};
