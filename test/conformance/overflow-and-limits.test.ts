/** More than the kernel keeps in its queue, more than it grants watches for, and more than most people have. */
import { mkdirSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { processorTicks, residentMib } from '../helpers/process.ts';
import { Lab } from '../helpers/syncer.ts';
import { waitFor } from '../helpers/wait.ts';

const QUEUE_LIMIT = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
const CREATES = 50_000;

void t.test(
  '50,000 creates overflow the queue, across a directory rename',
  // Each creation is three events, or two where neighbours are merged.
  { skip: QUEUE_LIMIT > CREATES && 'a longer queue' },
  async (t) => {
    const lab = new Lab(t, '/dev/shm');
    const { source, destination } = lab;
    mkdirSync(join(source, 'a/deep'), { recursive: true });
    writeFileSync(join(source, 'a/deep/file'), 'a');
    mkdirSync(join(source, 'b'));
    writeFileSync(join(source, 'b/goes'), '');
    const live = await lab.watch(t);
    live.kill('SIGSTOP');
    for (let at = 0; at < CREATES; at += 1) writeFileSync(join(source, `b/${at}`), '');
    renameSync(join(source, 'a'), join(source, 'c'));
    unlinkSync(join(source, 'b/goes'));
    mkdirSync(join(source, 'a'));
    writeFileSync(join(source, 'c/deep/file'), 'changed and longer');
    live.kill('SIGCONT');
    await live.errors(/IN_Q_OVERFLOW/);
    const settled = { deadlineMs: 120_000, ignoreContent: true };
    t.strictSame(await live.settled(settled), []);
    writeFileSync(join(source, 'c/deep/new'), '');
    writeFileSync(join(source, 'a/new'), '');
    t.strictSame(await live.settled(settled), [], 'watches are under their new names');
    t.ok(statSync(join(destination, 'a/new')).isFile());
    t.equal((await live.stop()).code, 0);
  },
);

/** A user namespace has a limit of its own, so nobody else on this machine is touched. */
const SCRIPT = 'echo 5 > /proc/sys/user/max_inotify_watches && exec "$@"';
const LIMITED = ['unshare', '--user', '--map-root-user', 'sh', '-c', SCRIPT, 'sh'];

const NO_NAMESPACES =
  execaSync('env', [...LIMITED, 'true'], { reject: false }).exitCode === 0
    ? false
    : 'no user namespaces here';

void t.test('watches exhausted at start', { skip: NO_NAMESPACES }, async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 10; at += 1) mkdirSync(join(lab.source, `${at}`));
  const live = await lab.watch(t, [], { within: LIMITED });
  await live.errors(/watch 11 directories: the kernel refused 6 .* sysctl fs\.inotify\.max_user_watches=\d+/);
  for (let at = 0; at < 10; at += 1) writeFileSync(join(lab.source, `${at}/file`), `${at}`);
  writeFileSync(join(lab.source, 'at-once'), '');
  await live.output(/^Copied: source\/at-once /m);
  t.strictSame(await live.settled({ deadlineMs: 30_000 }), [], 'what is not watched arrives later');
  t.equal((await live.stop()).code, 0);
});

void t.test('watches exhausted mid-run', { skip: NO_NAMESPACES }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'first'));
  const live = await lab.watch(t, [], { within: LIMITED });
  t.equal(live.stderr, '', 'two directories are within the limit');
  for (let at = 0; at < 8; at += 1) mkdirSync(join(lab.source, `${at}/below`), { recursive: true });
  t.strictSame(await live.settled(), []);
  await live.errors(/the kernel refused \d+ .* sysctl fs\.inotify\.max_user_watches=\d+/, 30_000);
  for (let at = 0; at < 8; at += 1) writeFileSync(join(lab.source, `${at}/below/file`), `${at}`);
  t.strictSame(await live.settled({ deadlineMs: 60_000 }), [], 'the rescans go as deep as is needed');
  renameSync(join(lab.source, '7'), join(lab.source, 'first/seven'));
  writeFileSync(join(lab.source, 'first/seven/below/file'), 'changed');
  t.strictSame(await live.settled({ deadlineMs: 60_000 }), [], 'also where renames are not told of');
  t.equal((await live.stop()).code, 0);
});

/** Of the test below; `DIRSYNC_DIRECTORIES=100000` for the whole of its name. */
const DIRECTORIES = Number(process.env['DIRSYNC_DIRECTORIES'] ?? 2000);

void t.test('100,000 idle directories', { timeout: 3_600_000 }, async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < DIRECTORIES; at += 1)
    mkdirSync(join(lab.source, `${at % 100}/${at}`), { recursive: true });
  const live = lab.start(t);
  await live.output(/^Watching directory: /m, 1_800_000);
  writeFileSync(join(lab.source, `${(DIRECTORIES - 1) % 100}/${DIRECTORIES - 1}/file`), 'x');
  t.strictSame(await live.settled({ deadlineMs: 1_800_000 }), []);
  // Start-up work of the runtime (compilers, collector) has to end first.
  let last = -1;
  await waitFor(() => (processorTicks(live.pid) === last ? null : (last = processorTicks(live.pid))), 10_000);
  const before = processorTicks(live.pid);
  const end = performance.now() + 1000;
  await waitFor(() => (performance.now() > end ? null : 'measuring'));
  t.ok(processorTicks(live.pid) - before <= 1, 'an idle run uses no processor time');
  t.comment(`${DIRECTORIES} directories: ${residentMib(live.pid).toFixed(0)} MiB resident`);
  t.match(await live.stop(), { code: 0, stderr: '' });
});
