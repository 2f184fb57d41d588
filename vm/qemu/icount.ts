/**
 * Guests whose time is a count of instructions: QEMU's `-icount shift=0`.
 *
 * Each instruction takes one nanosecond of the guest's time, whatever the host does meanwhile. The time stamp counter then
 * counts at 1 GHz, so every clock of the guest tells instructions; only an idle guest's time passes as the host's does.
 * What is counted is what the guest's processor executes: each round of a `rep movs` or `rep stos` is an instruction,
 * a cache miss is none.
 */
import { UsageError } from '../errors.ts';
import type { Accel } from './accel/accel.ts';
import type { BootOptions } from './boot-options.ts';

/** What the guest's kernel finds, or is told. */
export const ICOUNT_TSC_KHZ = 1_000_000;

export const ICOUNT_ACCEL: Accel = { name: 'tcg', why: 'only TCG counts instructions' };

/** @throws UsageError `ICOUNT_UNSUITABLE` when what else is asked of the guest cannot be */
export function checkIcount({ accel = 'auto', cpus = 1, snapshot }: BootOptions): void {
  const found =
    accel === 'kvm'
      ? 'KVM was asked for, which counts none'
      : cpus > 1
        ? `${cpus} processors, of which only one at a time could run`
        : snapshot === undefined
          ? undefined
          : 'a snapshot was asked for, whose clocks are of another kind';
  if (found === undefined) return;
  throw new UsageError({
    code: 'ICOUNT_UNSUITABLE',
    tried: 'boot a guest whose clocks count instructions',
    found,
    hint: 'boot it with --accel tcg, one processor, and without a snapshot',
  });
}
