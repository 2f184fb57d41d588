/** run.tar.gz: all that a run left, in one file for a pipeline to keep. */
import { readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { create } from 'tar';

export const ARCHIVE = 'run.tar.gz';

/** Packs the folder `runDir` under its own name; returns the archive's path, which is in that folder. */
export async function archiveRun(runDir: string): Promise<string> {
  const name = basename(runDir);
  const path = join(runDir, ARCHIVE);
  const half = `${path}.new`;
  const members = (await readdir(runDir)).filter((entry) => !entry.startsWith(ARCHIVE)).toSorted();
  try {
    await create(
      { file: half, gzip: { level: 6 }, cwd: dirname(runDir), portable: true },
      members.map((member) => join(name, member)),
    );
    await rename(half, path);
  } finally {
    await rm(half, { force: true });
  }
  return path;
}
