/**
 * Boots a guest and connects to the agent in it.
 *
 *     await using vm = await bootVm({ kernel, initrd, runDir }, ctx);
 *     const result = await vm.exec(['dirsync', '--once', '/src', '/dst']);
 */
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { runStage } from '../events.ts';
import { rememberedHash } from '../host/file-hash.ts';
import { acquireLock } from '../host/lock.ts';
import type { BootOptions } from './boot-options.ts';
import type { DiskOptions } from './machine/disks.ts';
import { findQemu } from './find-qemu.ts';
import { launch } from './launch.ts';
import { memoryFile, readSnapshot, saveSnapshot, type Snapshot, type StandbyWish } from './snapshot.ts';
import { hostTscKhz } from './accel/tsc.ts';
import type { Vm } from './vm.ts';

/**
 * Boots a guest, or has it go on from a snapshot; resolves when its agent has answered.
 *
 * @throws InfraError when the host lacks something that is needed
 * @throws VmError when the guest ends, in whatever way, before its agent has answered; also when `ctx.signal` aborts
 */
export async function bootVm(options: BootOptions, ctx: Context): Promise<Vm> {
  if (options.snapshot === undefined) return launch(options, {}, ctx);
  return launch(options, { snapshot: await snapshotFor(options, options.snapshot, ctx) }, ctx);
}

/** Raised when snapshots of an older harness cannot be used any more. */
const SNAPSHOT_STEP = 2;

/** The snapshot of a guest as `options` ask for it, made if the cache does not hold it. */
async function snapshotFor(options: BootOptions, wish: StandbyWish, ctx: Context): Promise<Snapshot> {
  const { kernel, vmlinux, initrd, runDir: _runDir, name: _name, disks = [], ...rest } = options;
  const files = [kernel, vmlinux ?? kernel, initrd];
  const inputs = {
    step: SNAPSHOT_STEP,
    files: await Promise.all(files.map(async (path) => rememberedHash(path, ctx.cache))),
    disks: disks.map(emptyDisk),
    options: JSON.stringify(rest),
    qemu: (await findQemu(process.env, ctx.signal)).version,
    // The guest's clock was set up for it.
    tscKhz: (await hostTscKhz(ctx)) ?? 0,
  };
  const dir = ctx.cache.entryPath('snapshot', inputs);
  if (!(await ctx.cache.use(dir))) {
    // One is made at a time: two would take each other's processor, and of two test files that start, both want the same.
    const lockFile = join(await ctx.cache.workspace('snapshot'), 'lock');
    await using lock = await acquireLock(lockFile, 'the snapshots', ctx);
    void lock;
    await ctx.cache.produce('snapshot', inputs, async (entry) => {
      await runStage(ctx.events, 'boot', 'snapshot', async () => {
        const detail = await makeSnapshot(options, wish, entry, ctx);
        return { outcome: 'done', detail, value: undefined };
      });
    });
  }
  return readSnapshot(dir);
}

/** Boots the guest whose memory is the snapshot's, and says of which kernel. */
async function makeSnapshot(
  options: BootOptions,
  wish: StandbyWish,
  dir: string,
  ctx: Context,
): Promise<string> {
  const over = new AbortController();
  const signal = AbortSignal.any([ctx.signal, over.signal]);
  // It has no end of its own, so nobody is told of it.
  const quiet = { ...ctx, events: { emit: () => {} }, signal };
  const vm = await launch({ ...options, name: 'guest', runDir: dir }, { save: memoryFile(dir) }, quiet);
  try {
    await saveSnapshot(vm, wish, dir);
  } finally {
    over.abort();
    await vm.ended;
  }
  return `snapshot of ${vm.hello.kernel}`;
}

/** A disk as part of the snapshot's key. */
function emptyDisk(disk: DiskOptions): number {
  if ('sizeMiB' in disk && disk.record !== true) return disk.sizeMiB;
  throw new UsageError({
    code: 'SNAPSHOT_UNSUITABLE',
    tried: "go on from a snapshot with a disk that is recorded, or was another guest's",
    found: 'all guests of a snapshot begin with the same empty disks',
    hint: 'boot the guest without `snapshot`',
  });
}
