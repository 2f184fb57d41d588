/** Where a program of the host is. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** System folders that are not on every user's PATH, and hold e.g. mke2fs. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** The absolute path of an executable on PATH or in a system folder; undefined when there is none. */
export async function findCommand(
  command: string,
  path = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  for (const folder of [...path.split(':').filter(Boolean), ...SYSTEM_FOLDERS]) {
    const candidate = join(folder, command);
    const executable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return candidate;
  }
  return undefined;
}
