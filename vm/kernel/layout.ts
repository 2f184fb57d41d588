/** The flavours of kernel, and which fragments each is configured by, in which order. */
import { join } from 'node:path';
import { CHECKOUT } from '../paths.ts';

/** The harness's own fragments: what every guest needs, and the kernel's own checks. */
export const FRAGMENTS_DIR = join(CHECKOUT, 'kernel-patch', 'config');

/**
 * `plain` has the series. `debug` and `kasan` are `plain` with the kernel's own checks. `stock` is the same kernel without
 * the series, to show what it changes.
 */
export const PATCHED_FLAVOURS = ['plain', 'debug', 'kasan'] as const;
export type PatchedFlavour = (typeof PATCHED_FLAVOURS)[number];

export const FLAVOURS = [...PATCHED_FLAVOURS, 'stock'] as const;
export type Flavour = (typeof FLAVOURS)[number];

/** What a project gives to its kernels; the rest of it is in project.ts. */
export interface KernelProject {
  /** Names its build trees. */
  readonly name: string;
  /** Absolute path of the folder with the patches and their list, the file `series`. */
  readonly seriesDir: string;
  readonly fragments: readonly ProjectFragment[];
}

export interface ProjectFragment {
  /** Absolute. */
  readonly path: string;
  /** The flavours it is merged for; default all of these. */
  readonly flavours?: readonly PatchedFlavour[];
}

/** Below `FRAGMENTS_DIR`, for every kernel. */
const COMMON = ['base.config', 'console.config', 'storage.config', 'tcg.config'];

/** Below `FRAGMENTS_DIR`, for one flavour each. */
const CHECKS: Readonly<Record<PatchedFlavour, readonly string[]>> = {
  plain: [],
  debug: ['checks.config', 'debug.config', 'fault.config'],
  kasan: ['checks.config', 'kasan.config'],
};

/** Whether a kernel of this flavour has the project's series. */
export function isPatched(flavour: Flavour): flavour is PatchedFlavour {
  return flavour !== 'stock';
}

/**
 * The paths of a kernel's fragments in the order of merging, where the last word counts: what all have, the project's
 * own, the flavour's checks, and what the project says of that one flavour.
 */
export function fragmentsOf(flavour: Flavour, project: KernelProject, ownDir = FRAGMENTS_DIR): string[] {
  const own = (names: readonly string[]): string[] => names.map((name) => join(ownDir, name));
  if (!isPatched(flavour)) return own(COMMON);
  const general = project.fragments.filter(({ flavours }) => flavours === undefined);
  const special = project.fragments.filter(({ flavours }) => flavours?.includes(flavour));
  return [...own(COMMON), ...paths(general), ...own(CHECKS[flavour]), ...paths(special)];
}

function paths(fragments: readonly ProjectFragment[]): string[] {
  return fragments.map(({ path }) => path);
}

/** The name of a kernel's build tree in the cache. The stock kernel has nothing of a project, so all share one. */
export function treeName(sourceSha256: string, flavour: Flavour, project: KernelProject): string {
  const source = sourceSha256.slice(0, 12);
  return isPatched(flavour) ? `${source}-${project.name}-${flavour}` : `${source}-${flavour}`;
}
