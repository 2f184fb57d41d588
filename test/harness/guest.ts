/**
 * What the harness's own tests share: a kernel, an initramfs without the syncer, and a context whose events are kept.
 *
 * DIRSYNC_TEST_KERNEL names the bzImage to boot; any kernel that the harness has built will do.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Cache } from '../../vm/cache.ts';
import type { Context } from '../../vm/context.ts';
import { UsageError } from '../../vm/errors.ts';
import { memorySink } from '../../vm/events.ts';
import { packInitramfs, type InitramfsContent } from '../../vm/image/initramfs.ts';
import { cacheRoot } from '../../vm/paths.ts';
import { bootVm, type BootOptions } from '../../vm/qemu/boot.ts';
import { VmError } from '../../vm/qemu/vm-error.ts';
import type { Vm } from '../../vm/qemu/vm.ts';

export interface TestContext extends Context {
  readonly events: ReturnType<typeof memorySink>;
}

/** A context for one test; guests that the test leaves behind are ended with it. */
export async function testContext(t: Test, controller = new AbortController()): Promise<TestContext> {
  t.teardown(() => controller.abort(new Error('the test is over')));
  return { cache: await Cache.open(cacheRoot()), events: memorySink(), signal: controller.signal };
}

export function testKernel(): string {
  const kernel = process.env['DIRSYNC_TEST_KERNEL'];
  if (kernel) return kernel;
  throw new UsageError({
    code: 'TEST_KERNEL',
    tried: 'find the kernel to boot',
    found: 'DIRSYNC_TEST_KERNEL is not set',
    hint: 'npm run vm:build, then set it to the path of the bzImage',
  });
}

/** A folder of its own for each call, unlike `t.testdir()`, which empties the one of the test. */
export function runFolder(t: Test): string {
  const dir = mkdtempSync(join(tmpdir(), 'dirsync-harness-'));
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Boots a guest with the agent in it; `files` go into the initramfs, `/init` too. */
export async function boot(
  t: Test,
  ctx: Context,
  options: Partial<BootOptions> = {},
  files: NonNullable<InitramfsContent['files']> = [],
): Promise<Vm> {
  const initrd = options.initrd ?? (await packInitramfs({ programs: [], files }, ctx)).path;
  return bootVm({ kernel: testKernel(), runDir: runFolder(t), ...options, initrd }, ctx);
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
