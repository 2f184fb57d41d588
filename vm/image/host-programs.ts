/** Programs of the host that are packed into the guest as they are. */
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { InfraError } from '../errors.ts';
import { IMAGE_REQUIREMENTS } from './requirements.ts';

/** Beside busybox: what it lacks, or does in its own way. */
export const PACKED_PROGRAMS: readonly string[] = ['mke2fs', 'getfattr', 'setfattr', 'getfacl', 'setfacl'];

/** Where administrators' programs are, although an ordinary user's PATH does not say so. */
const SYSTEM_FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/bin'];

/** The path of a program of the host; undefined when it is absent and not needed, InfraError when it is needed. */
export async function findHostProgram(name: string, env = process.env): Promise<string | undefined> {
  for (const folder of [...(env['PATH'] ?? '').split(':'), ...SYSTEM_FOLDERS]) {
    const path = join(folder || '.', name);
    const executable = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return path;
  }
  const requirement = IMAGE_REQUIREMENTS.find(({ command }) => command === name);
  if (requirement?.optional === true) return undefined;
  throw new InfraError({
    code: 'PROGRAM_MISSING',
    tried: `find ${name}, to ${requirement?.why ?? 'pack it into the guest'}`,
    found: `no ${name} in the folders of PATH, nor in ${SYSTEM_FOLDERS.join(', ')}`,
    hint: `apt-get install ${requirement?.packages.debian ?? name}`,
  });
}

/** The names under which a busybox does its work, such as `sh` and `mount`. */
export async function busyboxApplets(busybox: string, cancelSignal: AbortSignal): Promise<string[]> {
  const { stdout } = await execa(busybox, ['--list'], { cancelSignal });
  return stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
}
