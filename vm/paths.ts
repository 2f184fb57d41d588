/** Where things are: the checkout's folders, and the folders outside it that hold what was fetched and built. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout's top folder. */
export const CHECKOUT = resolve(import.meta.dirname, '..');

/** Results of runs (console logs, events, reports): inside the checkout, ignored by git, safe to delete. */
export const RUNS = join(CHECKOUT, 'build', 'runs');

/**
 * The folder of everything fetched and built, shared by all checkouts of one user.
 *
 * `DIRSYNC_CACHE_DIR`, or `dirsync` below `XDG_CACHE_HOME` (XDG Base Directory Specification 0.8: a relative value is
 * to be ignored), or `~/.cache/dirsync`.
 */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  if (env['DIRSYNC_CACHE_DIR']) return resolve(env['DIRSYNC_CACHE_DIR']);
  const xdg = env['XDG_CACHE_HOME'];
  return join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'dirsync');
}
