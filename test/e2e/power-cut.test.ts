/**
 * The power fails while the syncer works with `--fsync`: at every flush of the destination's disk.
 *
 * Each step is one change of the source, announced in the disk's record once the syncer has said that it is done. At each
 * cut all that was announced is there, and of the step that was under way each entry is as before it or as after it. The
 * same without `--fsync` loses something, which shows that this can be seen.
 */
import t from 'tap';
import { markDisk } from '../../vm/faults/marks.ts';
import { formatDisk, mountCuts } from '../../vm/faults/mount-cuts.ts';
import { type PowerCut, powerCuts } from '../../vm/faults/power-cut.ts';
import { diskDevice } from '../../vm/qemu/machine/blockdev.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { mountFileSystems, must } from '../helpers/guest.ts';
import { type Listing, listing, unexpected } from '../helpers/crash/listing.ts';
import { bootPlanned, runEvents, testContext } from '../helpers/run-plan.ts';
import { SEED } from '../helpers/seed.ts';

const SIZE_MIB = 16;

/** Each line takes a moment, and much longer where the machine that emulates the guest has other work. */
const PATIENT = { timeout: 300_000 };

/** ext4 otherwise writes a file's content before a rename over another one by itself. */
const MOUNT = 'noauto_da_alloc,commit=300';

/** So many cuts apart are looked at, and restarted from: each takes a mount, and seconds; `DIRSYNC_CUTS=all` for all. */
const STRIDE = process.env['DIRSYNC_CUTS'] === 'all' ? 1 : 3;
const RESTART_EVERY = 5;

/** `put NAME VERSION [LINES]`: a file of more than a block, which appears at once and complete. */
const PUT =
  'put() { yes "$1 $2" | head -n "${3:-700}" > ../put; touch -d "@$((1000000000 + $2))" ../put; mv ../put "$1"; }; ';

/** A change of the source, and the lines by which the syncer says, in this order, that it is done. */
interface Step {
  readonly script: string;
  readonly said: readonly RegExp[];
  /** What the source itself is without for a moment. */
  readonly missing?: string;
}

const STEPS: readonly Step[] = [
  { script: 'put a 1', said: [/^Copied: source\/a -> /m] },
  { script: 'put a 2', said: [/^Copied: source\/a -> /m] },
  { script: 'put kept 3', said: [/^Copied: source\/kept -> /m] },
  { script: 'ln -s a link', said: [/^Copied: source\/link -> /m] },
  {
    script: 'mkdir d; put d/f 4',
    said: [/^Created directory: \S*\/d$/m, /^Copied: source\/d\/f -> /m],
  },
  { script: 'mv a renamed', said: [/^Renamed: \S*\/a -> \S*\/renamed$/m] },
  { script: 'mv d moved', said: [/^Renamed: \S*\/d -> \S*\/moved$/m] },
  { script: 'mv renamed moved/in', said: [/^Renamed: \S*\/renamed -> \S*\/moved\/in$/m] },
  { script: 'chmod 640 kept', said: [/^Updated: \S*\/kept$/m] },
  { script: 'mkdir empty', said: [/^Created directory: \S*\/empty$/m] },
  { script: 'rm moved/f', said: [/^Deleted: \S*\/moved\/f$/m] },
  {
    script: 'rm kept; mkdir kept; put kept/inside 5',
    said: [/^Created directory: \S*\/kept$/m, /^Copied: source\/kept\/inside -> /m],
    missing: './kept',
  },
  { script: 'put large 6 60000', said: [/^Copied: source\/large -> /m] },
  { script: 'rm -r moved', said: [/^Deleted: \S*\/moved$/m] },
];

/** What the source holds before the first step and after each. */
type States = readonly Listing[];

const ctx = await testContext(t, runEvents());
const disk = { sizeMiB: SIZE_MIB, record: true };
const vm = await bootPlanned(ctx, { disks: [disk, disk] });
await mountFileSystems(vm, ['tmpfs']);

/** Synchronizes from a tmpfs to the recorded disk `index`, step by step. */
async function record(index: number, options: readonly string[]): Promise<States> {
  const folder = `/disk${index}`;
  const cwd = `/tmpfs/${index}`;
  await formatDisk(vm, index, folder, MOUNT);
  await must(vm, `mkdir -p ${cwd}/source ${folder}/destination; touch ${cwd}/source/first`);
  const syncer = await vm.spawn(['dirsync', ...options, 'source', `${folder}/destination`], { cwd });
  await syncer.output(/^Watching directory: /m, PATIENT);
  await must(vm, 'sync');
  await markDisk(vm, index, 'step 0');
  const states = [await listing(vm, `${cwd}/source`)];
  for (const [at, { script, said }] of STEPS.entries()) {
    await must(vm, PUT + script, `${cwd}/source`);
    for (const line of said) await syncer.output(line, PATIENT);
    await markDisk(vm, index, `step ${at + 1}`);
    states.push(await listing(vm, `${cwd}/source`));
  }
  return states;
}

const synced = await record(0, ['--fsync']);
const unsynced = await record(1, []);
await vm.crash();

const second = await bootPlanned(ctx, { disks: [{ sizeMiB: SIZE_MIB }] });
t.teardown(() => second.shutdown());
await mountFileSystems(second, ['tmpfs']);
await must(second, 'mkdir /tmpfs/source && touch /tmpfs/source/first');
for (const { script } of STEPS) await must(second, PUT + script, '/tmpfs/source');

async function* every<T>(stride: number, all: AsyncIterable<T>): AsyncGenerator<T> {
  let at = SEED;
  for await (const one of all) {
    at += 1;
    if (at % stride === 0) yield one;
  }
}

/** What is wrong with the destination at a cut. */
async function losses(states: States, { announced }: PowerCut, folder: string): Promise<string[]> {
  const step = Number(announced.at(-1)?.slice('step '.length));
  const found = await listing(second, `${folder}/destination`);
  const { missing } = STEPS[step] ?? {};
  const allowed = states.slice(step, step + 2);
  if (missing !== undefined)
    allowed.push(new Map([...(allowed[0] ?? [])].filter(([path]) => path !== missing)));
  return unexpected(found, allowed);
}

/** Starts a syncer on what a cut has left; returns what is wrong afterwards. */
async function restart(guest: Vm, folder: string): Promise<string> {
  const script = `dirsync --once -q source ${folder}/destination 2>&1 || echo "exit code $?"
     treecmp source ${folder}/destination || true
     find ${folder}/destination -name '.dirsync-*'`;
  return (await guest.exec(['sh', '-uc', script], { cwd: '/tmpfs', ...PATIENT })).stdout;
}

void t.test('with --fsync nothing that was announced is lost, at any cut', async (t) => {
  let count = 0;
  let restarts = 0;
  const cuts = powerCuts(vm.disks[0] ?? { path: '' }, { from: 'step 0', seed: SEED });
  for await (const { cut, folder } of mountCuts(second, 0, every(STRIDE, cuts))) {
    count += 1;
    const lost = await losses(synced, cut, folder);
    if (lost.length > 0) t.strictSame(lost, [], `${cut.announced.at(-1)}, ${cut.name}`);
    if (count % RESTART_EVERY !== 0) continue;
    restarts += 1;
    t.equal(await restart(second, folder), '', `a restart makes the trees equal, ${cut.name}`);
  }
  t.ok(count * STRIDE > 2 * STEPS.length, `${count} cuts`);
  t.ok(restarts > 0, `${restarts} restarts`);
});

void t.test('without it something is lost', async (t) => {
  let loss: string[] = [];
  const cuts = powerCuts(vm.disks[1] ?? { path: '' }, { from: 'step 0', seed: SEED });
  for await (const { cut, folder } of mountCuts(second, 0, cuts)) {
    loss = await losses(unsynced, cut, folder);
    if (loss.length > 0) break;
  }
  t.not(loss.length, 0, `on ${diskDevice(1)}: ${loss[0]}`);
});
