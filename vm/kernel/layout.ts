/** The checkout's kernel folders, and the flavours of kernel that are built from them. */
import { join } from 'node:path';
import { CHECKOUT } from '../paths.ts';

export const SERIES_DIR = join(CHECKOUT, 'kernel-patch', 'series');
export const FRAGMENTS_DIR = join(CHECKOUT, 'kernel-patch', 'config');

/** `plain` has the series; `stock` is the same kernel without it, to show what the series changes. */
export type Flavour = 'plain' | 'stock';

interface FlavourParts {
  readonly patched: boolean;
  /** Fragments below `FRAGMENTS_DIR`, in the order in which they are merged. */
  readonly fragments: readonly string[];
}

const COMMON = ['base.config', 'console.config', 'storage.config', 'tcg.config'];

export const FLAVOURS: Readonly<Record<Flavour, FlavourParts>> = {
  plain: { patched: true, fragments: [...COMMON, 'dirsync.config'] },
  stock: { patched: false, fragments: COMMON },
};
