/**
 * How much slower than where the deadlines were measured a guest may be, and not be to blame: the host's emulation, and a
 * kernel that checks itself.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Context } from '../../context.ts';
import { parseConfig } from '../../kernel/fragment.ts';
import { hostBootId, runProbe } from './accel.ts';
import type { Qemu } from '../find-qemu.ts';
import { probeArguments, probeGuest } from './probe-guest.ts';

/** What the probe guest takes under TCG, from QEMU's start to its exit, where the deadlines were measured; in ms. */
const REFERENCE_MS = 100;
/** A host that is slower still has another problem than emulation. */
const SLOWEST = 8;
/** The fastest of so many counts: whatever else the host does can only slow it down. */
const PROBES = 3;

/**
 * How many times slower this host emulates than the one on which the deadlines were measured; 1 to 8. Measured once for
 * each boot of the host and each QEMU, in about 0.5 s.
 */
export async function hostSlowness(qemu: Qemu, ctx: Context): Promise<number> {
  const guest = [probeGuest().toString('hex'), ...probeArguments('tcg', 'probe.img')];
  const inputs = { bootId: await hostBootId(), qemu: qemu.version, path: qemu.path, guest };
  const entry = await ctx.cache.produce('tcg-pace', inputs, async (dir) => {
    let fastest = Number.POSITIVE_INFINITY;
    for (let probe = 0; probe < PROBES; probe++) {
      const started = performance.now();
      await runProbe('tcg', qemu, dir, ctx.signal);
      fastest = Math.min(fastest, performance.now() - started);
    }
    await writeFile(join(dir, 'result.json'), JSON.stringify({ fastestMs: Math.round(fastest) }));
  });
  const text = await readFile(join(entry.dir, 'result.json'), 'utf8');
  return slownessOf((JSON.parse(text) as { fastestMs: number }).fastestMs);
}

/** The slowness of a host on which the probe takes so many ms. */
export function slownessOf(fastestMs: number): number {
  return Math.min(SLOWEST, Math.max(1, fastestMs / REFERENCE_MS));
}

/**
 * What a kernel's own checks cost it, as a factor of its boot, rounded up. Measured under TCG on q35, from QEMU's start to
 * the agent's hello, three boots each in turn: plain 1.0 to 1.4 s, debug (with lockdep) 1.6 to 2.0 s, kasan 2.8 to 3.5 s.
 */
const CHECKS: readonly (readonly [symbol: string, factor: number])[] = [
  ['CONFIG_KASAN', 4],
  ['CONFIG_PROVE_LOCKING', 2],
];

/** What the checks that a kernel makes, see `kernelChecks`, cost it. */
export function kernelSlowness(checks: ReadonlySet<string>): number {
  return CHECKS.filter(([symbol]) => checks.has(symbol)).reduce((product, [, factor]) => product * factor, 1);
}

/** Those of the checks that cost much which a kernel makes: its configuration lies beside it as `config`, or none is known. */
export async function kernelChecks(kernel: string): Promise<Set<string>> {
  const config = await readFile(join(dirname(kernel), 'config'), 'utf8').catch(() => '');
  const set = parseConfig(config, 'config').flatMap(({ symbol, value }) => (value === 'y' ? symbol : []));
  return new Set(set.filter((symbol) => CHECKS.some(([check]) => check === symbol)));
}
