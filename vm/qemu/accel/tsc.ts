/** The rate of the host's time stamp counter, which a guest under TCG sees as its own. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { mustRun } from '../../host/tool.ts';
import { compilePrograms } from '../../image/compile.ts';
import { hostBootId } from './accel.ts';

/**
 * The rate in kHz, measured once a boot of the host; undefined where there is no such counter (other processors), or
 * where it does not run evenly.
 *
 * /proc/cpuinfo's `cpu MHz` is no substitute: it is what the processor happens to run at.
 */
export async function hostTscKhz(ctx: Context): Promise<number | undefined> {
  if (process.arch !== 'x64') return undefined;
  const flags = await readFile('/proc/cpuinfo', 'utf8');
  if (!/^flags\s*:.*\bconstant_tsc\b/m.test(flags)) return undefined;
  const entry = await ctx.cache.produce('tsc-rate', { step: 1, bootId: await hostBootId() }, async (dir) => {
    const source = join(import.meta.dirname, 'tsc.c');
    const [program] = await compilePrograms([{ name: 'tsc', sources: [source] }], ctx);
    const { stdout } = await mustRun(program?.path ?? '', [], { signal: ctx.signal });
    await writeFile(join(dir, 'khz'), stdout);
  });
  return Number(await readFile(join(entry.dir, 'khz'), 'utf8'));
}
