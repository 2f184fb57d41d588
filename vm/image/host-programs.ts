/** Programs of the host that are packed into the guest as they are. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { InfraError } from '../errors.ts';
import { rememberedHash } from '../host/file-hash.ts';
import { findCommand } from '../host/find-command.ts';
import { mustRun } from '../host/tool.ts';
import { IMAGE_REQUIREMENTS } from './requirements.ts';

/** Beside busybox: what it lacks, or does in its own way. */
export const PACKED_PROGRAMS: readonly string[] = ['mke2fs', 'getfattr', 'setfattr', 'getfacl', 'setfacl'];

/** The path of a program of the host; undefined when it is absent and not needed, InfraError when it is needed. */
export async function findHostProgram(name: string): Promise<string | undefined> {
  const path = await findCommand(name);
  const requirement = IMAGE_REQUIREMENTS.find(({ command }) => command === name);
  if (path !== undefined || requirement?.optional === true) return path;
  throw new InfraError({
    code: 'PROGRAM_MISSING',
    tried: `find ${name}, to ${requirement?.why ?? 'pack it into the guest'}`,
    found: `no ${name} on PATH (${process.env['PATH'] ?? 'PATH is not set'}), nor in the system's folders`,
    hint: 'npm run vm:doctor',
  });
}

/** The names under which a busybox does its work, such as `sh` and `mount`: asked once of each binary. */
export async function busyboxApplets(busybox: string, ctx: Context): Promise<string[]> {
  const inputs = { step: 1, sha256: await rememberedHash(busybox, ctx.cache) };
  const { dir } = await ctx.cache.produce('applets', inputs, async (scratch) => {
    const { stdout } = await mustRun(busybox, ['--list'], { signal: ctx.signal });
    await writeFile(join(scratch, 'list'), stdout);
  });
  const list = await readFile(join(dir, 'list'), 'utf8');
  return list.split('\n').filter((name) => name !== '' && name !== 'busybox');
}
