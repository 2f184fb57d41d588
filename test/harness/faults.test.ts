/** The faults that tests can make, each seen to happen: in two guests, the second of which looks at what the first one left. */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { failDisk } from '../../vm/faults/disk-error.ts';
import { fillDisk } from '../../vm/faults/fill-disk.ts';
import { killWhen } from '../../vm/faults/kill-when.ts';
import { markDisk } from '../../vm/faults/marks.ts';
import { formatDisk, mountCuts } from '../../vm/faults/mount-cuts.ts';
import { type PowerCut, powerCuts } from '../../vm/faults/power-cut.ts';
import { readWriteLog } from '../../vm/faults/write-log.ts';
import { compileGuestPrograms } from '../../vm/image/guest-programs.ts';
import { packInitramfs } from '../../vm/image/initramfs.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { bootPlanned } from '../helpers/run-plan.ts';
import { must } from '../helpers/guest.ts';
import { recordingContext } from './guest.ts';

const SIZE_MIB = 16;
const ROUNDS = 4;

const ctx = await recordingContext(t);
const programs = await compileGuestPrograms([join(import.meta.dirname, 'guest', 'replace-file.c')], ctx);
const { path: initrd } = await packInitramfs({ programs }, ctx);
const recorded = { sizeMiB: SIZE_MIB, record: true };
const vm = await bootPlanned(ctx, {
  initrd,
  disks: [{ sizeMiB: SIZE_MIB }, recorded, recorded, recorded],
});
await must(vm, 'mkfs.ext4 -q -m 0 /dev/vda && mkdir /disk && mount -o commit=300 /dev/vda /disk');

void t.test('a process is killed when it has printed something', async (t) => {
  const process = await vm.spawn(['sh', '-c', 'seq 1000; exec sleep 1000']);
  t.match(await killWhen(vm, process, { output: /^500$/m }), { signal: 'SIGKILL' });
  const quick = await vm.spawn(['echo', 'done']);
  await quick.exited;
  await t.rejects(killWhen(vm, quick, { output: 'done' }), { code: 'MOMENT_MISSED' });
});

void t.test('a process is killed when a file appears, in a folder that was not there either', async (t) => {
  const script = 'mkdir -p /tmp/a/b; touch /tmp/a/b/first; sleep 1000; touch /tmp/a/b/second';
  const process = await vm.spawn(['sh', '-c', script]);
  t.match(await killWhen(vm, process, { file: '/tmp/a/b/first' }, 'SIGTERM'), { signal: 'SIGTERM' });
  const early = await vm.spawn(['sh', '-c', 'exit 3']);
  const missed = killWhen(vm, early, { file: '/tmp/never' });
  await t.rejects(missed, { code: 'MOMENT_MISSED', message: /exit code 3/ });
});

for (const [folder, setUp] of [
  ['/disk', 'true'],
  ['/small', 'mkdir /small && mount -t tmpfs -o size=2m tmpfs /small'],
] as const) {
  void t.test(`${folder} is full, and is no more`, async (t) => {
    await must(vm, setUp);
    const write = (kib: number): Promise<{ readonly code: number | null; readonly stderr: string }> =>
      vm.exec(['dd', 'if=/dev/zero', `of=${folder}/file`, 'bs=1k', `count=${kib}`, 'conv=fsync']);
    await using full = await fillDisk(vm, folder, 256 * 1024);
    t.ok(Math.abs(full.freeBytes - 256 * 1024) <= 4096, `${full.freeBytes} bytes are free`);
    t.match(await write(100), { code: 0 });
    t.match(await write(400), { code: 1, stderr: /No space left on device/ });
    await full.free();
    t.match(await write(400), { code: 0 });
    await must(vm, `rm ${folder}/file`);
  });
}

void t.test('a disk fails, for some requests, and works again', async (t) => {
  const sector = SIZE_MIB * 2048 - 1;
  const dd = (what: string): Promise<{ readonly code: number | null; readonly stderr: string }> =>
    vm.exec(['sh', '-c', `dd bs=512 count=1 ${what}`]);
  const write = `if=/dev/zero of=/dev/vda seek=${sector} oflag=direct conv=notrunc`;
  const read = `if=/dev/vda skip=${sector} of=/dev/null iflag=direct`;
  {
    await using _ = await failDisk(vm, 0, { on: 'read', sector });
    t.match(await dd(read), { code: 1, stderr: /Input\/output error/ });
    t.match(await dd(write), { code: 0 }, 'a write works');
    t.match(await dd(read.replace(String(sector), '3')), { code: 0 }, 'another sector, too');
  }
  t.match(await dd(read), { code: 0 }, 'healed at the end of the scope');
  const once = await failDisk(vm, 0, { on: 'write', sector, once: true });
  t.match(await dd(write), { code: 1, stderr: /Input\/output error/ });
  t.match(await dd(write), { code: 0 }, 'only the first');
  await once.heal();
  await using _ = await failDisk(vm, 0, { on: 'flush' });
  const sync = await dd(`if=/dev/zero of=/dev/vda seek=${sector} conv=notrunc,fsync`);
  t.match(sync, { code: 1, stderr: /Input\/output error/ });
});

/** The variants of the writer, and what a power cut leaves of their file at the worst. */
const WRITERS = [
  { leftOut: '', mount: 'defaults', expected: undefined },
  // Since ext4's auto_da_alloc writes a file's content before a rename over another one, this is caught without it only.
  { leftOut: 'no-file-sync', mount: 'noauto_da_alloc', expected: 'torn' },
  { leftOut: 'no-folder-sync', mount: 'defaults', expected: 'missing' },
] as const;

void t.test('record the writers, then crash', async (t) => {
  for (const [index, { leftOut, mount }] of WRITERS.entries()) {
    const device = `/dev/vd${'bcd'[index]}`;
    await formatDisk(vm, index + 1, `/writer${index}`, mount);
    await markDisk(vm, index + 1, 'begin');
    await must(vm, `replace-file /writer${index} ${ROUNDS} ${device} ${leftOut}`);
  }
  // Faults whose scope ends after the guest does.
  await using faults = new AsyncDisposableStack();
  faults.use(await fillDisk(vm, '/small'));
  faults.use(await failDisk(vm, 0, { on: 'discard' }));
  await must(vm, 'echo safe >/disk/synced && sync && echo lost >/disk/unsynced');
  t.match(await vm.crash(), { verdict: 'PASS', title: /crashed on purpose/ });
  await t.rejects(vm.exec(['true']), { code: 'AGENT_LOST' });
});

void t.test('after a crash there is what was synced', async (t) => {
  const second = await bootPlanned(ctx, {
    initrd,
    disks: [{ image: vm.disks[0]?.path ?? '' }, { sizeMiB: SIZE_MIB }],
  });
  await must(second, 'mkdir /disk && mount /dev/vda /disk');
  t.equal(await must(second, 'cd /disk; cat synced; ls'), 'safe\nlost+found\nsynced\n');

  for (const [index, { leftOut, expected }] of WRITERS.entries()) {
    await t.test(`power cuts of the writer ${leftOut || 'that leaves nothing out'}`, async (t) => {
      const disk = vm.disks[index + 1] ?? { path: '' };
      let count = 0;
      let loss: string | undefined;
      for await (const { cut, folder } of mountCuts(second, 1, powerCuts(disk, { from: 'begin' }))) {
        count += 1;
        loss = await lossOf(second, folder, cut);
        if (loss !== undefined) t.comment(`${loss} content ${cut.name}`);
        if (loss !== undefined) break;
      }
      t.equal(loss, expected, `what is found in ${count} cuts`);
      if (expected === undefined) t.ok(count > 4 * ROUNDS, `${count} cuts`);
    });
  }
  await second.shutdown();
});

void t.test('the whole record is the disk', async (t) => {
  const { path, log = '' } = vm.disks[1] ?? { path: '' };
  await using image = await open(path);
  const found = await image.readFile();
  const replayed = Buffer.alloc(found.length);
  await using file = await open(log);
  for await (const entry of readWriteLog(file)) {
    if (entry.kind === 'write') entry.data.copy(replayed, entry.offset);
    if (entry.kind === 'discard') replayed.fill(0, entry.offset, entry.offset + entry.length);
  }
  t.ok(replayed.equals(found));
});

/** What is wrong with the file that the writer replaces: `missing`, `torn`, or `old`: less than was announced. */
async function lossOf(guest: Vm, folder: string, { announced }: PowerCut): Promise<string | undefined> {
  const last = announced.findLast((text) => text.startsWith('round '));
  const promised = Number(last?.slice('round '.length) ?? 0);
  const content = await guest.readFile(`${folder}/data`).then(String, () => undefined);
  if (content === undefined) return promised > 0 ? 'missing' : undefined;
  const found = /^(round (\d{4})\n)\1{699}$/.exec(content)?.[2];
  if (found === undefined) return 'torn';
  return Number(found) < promised ? 'old' : undefined;
}
