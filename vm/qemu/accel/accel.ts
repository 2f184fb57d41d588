/**
 * Chooses the accelerator: KVM if it runs a guest, else TCG with the reason said.
 *
 * A /dev/kvm that opens proves nothing: on nested and paravirtual hosts the guest may die at once (QEMU prints
 * `KVM internal error` and stays alive, paused) or spin for ever. So a tiny guest is run under it, and the answer is
 * kept for as long as the host and QEMU stay what they are.
 */
import { constants } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Context } from '../../context.ts';
import { InfraError } from '../../errors.ts';
import type { Qemu } from '../find-qemu.ts';
import { PROBE_EXIT_CODE, probeArguments, probeGuest } from './probe-guest.ts';

/** `kvm` means: fail rather than fall back. */
export type AccelWish = 'auto' | 'kvm' | 'tcg';

export interface Accel {
  readonly name: 'kvm' | 'tcg';
  /** Why it is this one, in a sentence without a full stop. */
  readonly why: string;
}

/** The probe ends within 0.1 s under TCG; a KVM that needs longer than this, in ms, is of no use. */
const PROBE_DEADLINE_MS = 3000;

const KVM_DEVICE = '/dev/kvm';

/**
 * The accelerator for this host.
 *
 * @throws InfraError `KVM_UNUSABLE` when KVM was required and does not run guests
 */
export async function chooseAccel(wish: AccelWish, qemu: Qemu, ctx: Context): Promise<Accel> {
  if (wish === 'tcg') return { name: 'tcg', why: 'asked for' };
  const problem = await kvmProblem(qemu, ctx);
  if (problem === undefined) return { name: 'kvm', why: 'it ran a test guest on this host' };
  if (wish === 'kvm') {
    throw new InfraError({
      code: 'KVM_UNUSABLE',
      tried: 'use KVM, as required',
      found: problem.found,
      hint: problem.hint,
    });
  }
  ctx.events.emit({
    kind: 'note',
    text: `no KVM, using TCG (emulation, several times slower): ${problem.found}`,
  });
  return { name: 'tcg', why: problem.found };
}

interface Problem {
  readonly found: string;
  readonly hint: string;
}

const USE_TCG = 'run with --accel tcg';

async function kvmProblem(qemu: Qemu, ctx: Context): Promise<Problem | undefined> {
  try {
    await access(KVM_DEVICE, constants.R_OK | constants.W_OK);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? { found: `${KVM_DEVICE} does not exist`, hint: `sudo modprobe kvm_intel (or kvm_amd), or ${USE_TCG}` }
      : {
          found: `${KVM_DEVICE} may not be opened by this user`,
          hint: `sudo usermod -aG kvm $USER, log in again, or ${USE_TCG}`,
        };
  }
  const proof = await rememberedProof(qemu, ctx);
  if (proof.runs) return undefined;
  return {
    found: `${KVM_DEVICE} opens, but ${proof.found}`,
    hint: `${USE_TCG}, or delete ${proof.dir} to try KVM again`,
  };
}

/** A word that is another after each boot of the host. */
export async function hostBootId(): Promise<string> {
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
}

/** The outcome of the test guest, run at most once for each boot of the host and each QEMU. */
async function rememberedProof(qemu: Qemu, ctx: Context): Promise<ProbeResult & { readonly dir: string }> {
  const bootId = await hostBootId();
  const guest = [probeGuest().toString('hex'), ...probeArguments('kvm', 'probe.img')];
  const inputs = { bootId, qemu: qemu.version, path: qemu.path, guest };
  const entry = await ctx.cache.produce('kvm-proof', inputs, async (dir) => {
    const result = await runProbe('kvm', qemu, dir, ctx.signal);
    await writeFile(join(dir, 'result.json'), JSON.stringify(result));
  });
  const result = JSON.parse(await readFile(join(entry.dir, 'result.json'), 'utf8')) as ProbeResult;
  return { ...result, dir: entry.dir };
}

export interface ProbeResult {
  readonly runs: boolean;
  /** What happened, to be read after "/dev/kvm opens, but". */
  readonly found: string;
}

/**
 * Boots the test guest under `accel` and tells whether it got to its end.
 *
 * @param dir an existing folder for the guest's image
 */
export async function runProbe(
  accel: 'kvm' | 'tcg',
  qemu: Qemu,
  dir: string,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const image = join(dir, 'probe.img');
  await writeFile(image, probeGuest());
  const child = execa('setpriv', ['--pdeathsig', 'KILL', '--', qemu.path, ...probeArguments(accel, image)], {
    stdin: 'ignore',
    reject: false,
    timeout: PROBE_DEADLINE_MS,
    killSignal: 'SIGKILL',
    killDescendants: true,
    cancelSignal: signal,
    lines: true,
  });
  let internalError: string | undefined;
  for await (const line of child.iterable({ from: 'stderr' })) {
    // QEMU stays alive, paused, after this: waiting for its end would cost the whole deadline.
    if (/^KVM internal error|^error: kvm run failed/.test(line)) {
      internalError ??= line;
      child.kill('SIGKILL');
    }
  }
  const result = await child;
  if (result.isCanceled) throw signal.reason;
  if (result.exitCode === PROBE_EXIT_CODE) return { runs: true, found: 'a test guest ran to its end' };
  if (internalError !== undefined)
    return { runs: false, found: `a test guest died at once: ${internalError}` };
  if (result.timedOut) {
    return { runs: false, found: `a test guest did not get to its end within ${PROBE_DEADLINE_MS} ms` };
  }
  return { runs: false, found: `QEMU refused it: ${result.stderr.at(-1) ?? result.shortMessage}` };
}
