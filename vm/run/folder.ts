/** The folder of one run: console logs, events and verdicts of its guests, kept after the run for reading. */
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';

/** So many runs are kept; older ones are removed when a new one starts. */
const KEPT_RUNS = 20;
const LATEST = 'latest';

/**
 * Creates the folder of a new run below `runs`, named by time and process so that names sort by age, and points the
 * link `latest` at it.
 *
 * @returns its absolute path
 */
export async function createRunFolder(runs: string, now = new Date()): Promise<string> {
  const name = `${now.toISOString().replaceAll(/[-:]/g, '').replace(/\..*/, '')}-${process.pid}`;
  await mkdir(join(runs, name), { recursive: true });
  await rm(join(runs, LATEST), { force: true });
  // Two runs may start at once: whichever links second keeps the first one's link, and both folders stand.
  await symlink(name, join(runs, LATEST)).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const older = (await readdir(runs)).filter((entry) => entry !== LATEST && entry !== name).toSorted();
  const surplus = older.slice(0, Math.max(0, older.length - (KEPT_RUNS - 1)));
  await Promise.all(surplus.map((entry) => rm(join(runs, entry), { recursive: true, force: true })));
  return join(runs, name);
}
