/** What the harness's own tests share: a guest without the syncer, which boots faster, and a context that keeps events. */
import { execa } from 'execa';
import type { Test } from 'tap';
import type { Context } from '../../vm/context.ts';
import { fanOut, memorySink } from '../../vm/events.ts';
import { packInitramfs, type InitramfsContent } from '../../vm/image/initramfs.ts';
import type { BootOptions } from '../../vm/qemu/boot-options.ts';
import { VmError } from '../../vm/qemu/vm-error.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { bootPlanned, recordedEvents, testContext } from '../helpers/run-plan.ts';

export interface RecordingContext extends Context {
  readonly events: ReturnType<typeof memorySink>;
}

export async function recordingContext(t: Test, controller?: AbortController): Promise<RecordingContext> {
  const memory = memorySink();
  const record = recordedEvents();
  const events = record === undefined ? memory : { ...memory, ...fanOut(memory, record) };
  return await testContext(t, events, controller);
}

/** Boots a guest with the agent in it; `files` go into the initramfs, `/init` too. */
export async function boot(
  ctx: Context,
  options: Partial<BootOptions> = {},
  files: NonNullable<InitramfsContent['files']> = [],
): Promise<Vm> {
  const initrd = options.initrd ?? (await packInitramfs({ programs: [], files }, ctx)).path;
  return bootPlanned(ctx, { ...options, initrd });
}

/** The VmError with which `promise` rejects; anything else is thrown. */
export async function vmErrorOf(promise: Promise<unknown>): Promise<VmError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof VmError) return error;
    throw error;
  }
  throw new Error('the guest ended well, but should not have');
}

/** Resolves when the process is gone; coreutils' tail can wait for one that is not its child. */
export async function gone(pid: number): Promise<void> {
  await execa('tail', ['--pid', String(pid), '-s', '0.05', '-f', '/dev/null'], { timeout: 10_000 });
}
