/** Disks that are full, that fail, and that a crash of the whole machine leaves behind: nothing needs more than time, or a restart. */
import t from 'tap';
import { failDisk } from '../../vm/faults/disk-error.ts';
import { fillDisk } from '../../vm/faults/fill-disk.ts';
import { killWhen } from '../../vm/faults/kill-when.ts';
import type { GuestProcess } from '../../vm/guest/guest-process.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { must } from '../helpers/guest.ts';
import { bootPlanned, runEvents, testContext } from '../helpers/run-plan.ts';

/** How long the trees may take to become equal: beyond the longest back-off; success is quick. */
const CONVERGE_MS = 60_000;

/** Each line takes a moment, and much longer where the machine that emulates the guest has other work. */
const PATIENT = { timeout: 120_000 };

const ctx = await testContext(t, runEvents());
const vm = await bootPlanned(ctx, {
  disks: [{ sizeMiB: 16 }, { sizeMiB: 16 }, { sizeMiB: 16 }, { sizeMiB: 64 }],
});
await must(
  vm,
  `mkdir /tmpfs /full /failing /reading /crash
   mount -t tmpfs tmpfs /tmpfs
   mkfs.ext4 -q -m 0 /dev/vda && mount /dev/vda /full
   mkfs.ext4 -q -O ^has_journal /dev/vdb && mount /dev/vdb /failing
   mkfs.ext4 -q /dev/vdc && mount /dev/vdc /reading
   mkfs.ext4 -q /dev/vdd && mount /dev/vdd /crash
   mkdir /small && mount -t tmpfs -o size=8m tmpfs /small
   mkdir /few && mount -t tmpfs -o nr_inodes=24 tmpfs /few`,
);

/** How the two trees differ, after at most so long; empty when they are equal and no unfinished file is left. */
async function differences(guest: Vm, source: string, destination: string): Promise<string> {
  const { stdout } = await guest.exec(['treecmp', '--wait', String(CONVERGE_MS), source, destination]);
  return stdout + (await must(guest, `find ${destination} -name '.dirsync-*'`));
}

async function watch(source: string, destination: string, ...options: string[]): Promise<GuestProcess> {
  await must(vm, `mkdir -p ${source} ${destination} && touch ${source}/first`);
  const syncer = await vm.spawn(['dirsync', ...options, source, destination]);
  await syncer.output(/^Watching directory: /m, PATIENT);
  return syncer;
}

for (const folder of ['/full', '/small'])
  void t.test(`${folder} is full, then freed`, async (t) => {
    const [source, destination] = [`/tmpfs${folder}`, `${folder}/destination`];
    const syncer = await watch(source, destination);
    await using full = await fillDisk(vm, folder, 256 * 1024);
    await must(vm, `yes large | head -c 3000000 > ${source}/large; echo little > ${source}/little`);
    await syncer.output(/large to .*ENOSPC.*trying again/, { ...PATIENT, stream: 'stderr' });
    await syncer.output(/^Copied: \S*\/little -> /m, PATIENT);
    await must(vm, `cmp ${source}/little ${destination}/little && test ! -e ${destination}/large`);
    await full.free();
    t.equal(await differences(vm, source, destination), '', 'nothing needs a restart');
    await syncer.output(/large to .*done now/, { ...PATIENT, stream: 'stderr' });
    await syncer.kill('SIGINT');
    t.match(await syncer.exited, { code: 0 });
  });

void t.test('no inode is left, then there are more', async (t) => {
  const [source, destination] = ['/tmpfs/few', '/few/destination'];
  const syncer = await watch(source, destination);
  await must(vm, `mkdir ${source}/dir; for i in $(seq 30); do echo $i > ${source}/$i; done`);
  await syncer.output(/ENOSPC.*trying again/, { ...PATIENT, stream: 'stderr' });
  await must(vm, 'mount -o remount,nr_inodes=1000 /few');
  t.equal(await differences(vm, source, destination), '', 'nothing needs a restart');
  await syncer.kill('SIGINT');
  t.match(await syncer.exited, { code: 0 });
});

void t.test('a file of the source cannot be read for a while', async (t) => {
  const [source, destination] = ['/reading/source', '/tmpfs/read'];
  const syncer = await watch(source, destination);
  await must(vm, `echo old > ${source}/bad`);
  await syncer.output(/^Copied: \S*\/bad -> /m, PATIENT);
  await syncer.kill('SIGSTOP');
  await must(
    vm,
    `yes new | head -c 300000 > ${source}/bad; yes good | head -c 300000 > ${source}/good; sync
     echo 1 > /proc/sys/vm/drop_caches; cat ${source}/good > /dev/null`,
  );
  await using broken = await failDisk(vm, 2, { on: 'read' });
  await syncer.kill('SIGCONT');
  await syncer.output(/bad to .*EIO.*trying again/, { ...PATIENT, stream: 'stderr' });
  await syncer.output(/^Copied: \S*\/good -> /m, PATIENT);
  t.equal(await must(vm, `cat ${destination}/bad`), 'old\n', 'the mirror is kept');
  await broken.heal();
  t.equal(await differences(vm, source, destination), '', 'nothing needs a restart');
  await syncer.output(/bad to .*done now/, { ...PATIENT, stream: 'stderr' });
  await syncer.kill('SIGINT');
  t.match(await syncer.exited, { code: 0 });
});

void t.test('the destination cannot be written for a while, with --fsync', async (t) => {
  const [source, destination] = ['/tmpfs/write', '/failing/destination'];
  const syncer = await watch(source, destination, '--fsync');
  await must(vm, `echo old > ${source}/file`);
  await syncer.output(/^Copied: \S*\/file -> /m, PATIENT);
  await using broken = await failDisk(vm, 1, { on: 'write' });
  await must(vm, `yes new | head -c 300000 > ${source}/file`);
  await syncer.output(/file to .*EIO.*trying again/, { ...PATIENT, stream: 'stderr' });
  t.equal(
    await must(vm, `cat ${destination}/file`),
    'old\n',
    'what did not reach the disk has no final name',
  );
  await broken.heal();
  t.equal(await differences(vm, source, destination), '', 'nothing needs a restart');
  await syncer.kill('SIGINT');
  t.match(await syncer.exited, { code: 0 });
});

void t.test('kill -9 amid a copy, in the guest', async (t) => {
  const [source, destination] = ['/crash/source', '/crash/destination'];
  await must(
    vm,
    `mkdir -p ${source}/d ${destination}; for i in $(seq 20); do yes $i | head -c 400000 > ${source}/d/$i; done; sync`,
  );
  const syncer = await vm.spawn(['dirsync', '--once', source, destination]);
  t.match(await killWhen(vm, syncer, { file: `${destination}/d` }), { signal: 'SIGKILL' });
  t.match(await vm.exec(['dirsync', '--once', source, destination]), { code: 0, stderr: '' });
  t.equal(await differences(vm, source, destination), '');
  await must(vm, `rm -r ${destination}/d; sync`);
});

void t.test('the machine crashes amid a synchronization', async (t) => {
  const syncer = await vm.spawn(['dirsync', '-v', '/crash/source', '/crash/destination']);
  for (let count = 0; count < 5; count += 1) await syncer.output(/^Copied: .*\n/m, PATIENT);
  await vm.crash();
  const again = await bootPlanned(ctx, { disks: [{ image: vm.disks[3]?.path ?? '' }] });
  t.teardown(() => again.shutdown());
  await must(again, 'mkdir /crash && mount /dev/vda /crash');
  const after = await again.spawn(['dirsync', '/crash/source', '/crash/destination']);
  await after.output(/^Watching directory: /m, PATIENT);
  t.equal(await differences(again, '/crash/source', '/crash/destination'), '');
  await must(again, 'echo later > /crash/source/later');
  t.equal(await differences(again, '/crash/source', '/crash/destination'), '', 'and it goes on');
  await after.kill('SIGINT');
  t.match(await after.exited, { code: 0 });
});
