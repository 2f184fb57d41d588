/** What goes wrong, and mends itself: overflow, a full disk, watches used up, kills in the middle. */
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execaSync } from 'execa';
import t from 'tap';
import { isReserved } from '../../userland/src/compare/reserved.ts';
import { Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

const QUEUE_LIMIT = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));

void t.test(
  'overflow, across renames of directories',
  { skip: QUEUE_LIMIT > 20_000 && 'a long queue' },
  async (t) => {
    const lab = new Lab(t, '/dev/shm');
    const { source, destination } = lab;
    mkdirSync(join(source, 'a/deep'), { recursive: true });
    writeFileSync(join(source, 'a/deep/file'), 'a');
    mkdirSync(join(source, 'b'));
    writeFileSync(join(source, 'b/goes'), '');
    const live = await lab.watch(t);
    live.kill('SIGSTOP');
    // Each creation is three events, or two where neighbours are merged.
    for (let at = 0; at < QUEUE_LIMIT; at += 1) writeFileSync(join(source, `b/${at}`), '');
    renameSync(join(source, 'a'), join(source, 'c'));
    unlinkSync(join(source, 'b/goes'));
    mkdirSync(join(source, 'a'));
    writeFileSync(join(source, 'c/deep/file'), 'changed and longer');
    live.kill('SIGCONT');
    await live.errors(/IN_Q_OVERFLOW/);
    t.strictSame(await live.settled({ deadlineMs: 30_000 }), []);
    writeFileSync(join(source, 'c/deep/new'), '');
    writeFileSync(join(source, 'a/new'), '');
    t.strictSame(await live.settled(), [], 'watches are under their new names');
    t.ok(statSync(join(destination, 'a/new')).isFile());
    t.equal((await live.stop()).code, 0);
  },
);

void t.test('a full disk, then freed', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  execaSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'dirsync-test', lab.destination]);
  t.teardown(() => execaSync('umount', ['-l', lab.destination], { reject: false }));
  writeFileSync(join(lab.source, 'small'), 'small');
  writeFileSync(join(lab.source, 'large'), Buffer.alloc(3 << 20, 1));
  t.match(await lab.once(), { code: 23, stderr: /source\/large.*ENOSPC/ });
  t.strictSame(readdirSync(lab.destination), ['small'], 'the rest goes on, and nothing half is left');
  const live = await lab.watch(t);
  await live.errors(/source\/large.*ENOSPC.*trying again/);
  execaSync('mount', ['-o', 'remount,size=8m', lab.destination]);
  t.strictSame(await live.settled(), [], 'nothing needs a restart');
  await live.errors(/source\/large.*done now/);
  t.equal((await live.stop()).code, 0);
});

void t.test('a directory that may be listed and not searched is told once, and healed', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'listed'));
  writeFileSync(join(lab.source, 'listed/file'), 'x');
  chmodSync(lab.dir, 0o777);
  if (process.geteuid?.() === 0) execaSync('chown', ['-R', '65534:65534', lab.dir]);
  chmodSync(join(lab.source, 'listed'), 0o400);
  const live = await lab.watch(t, [], { unprivileged: true });
  await live.errors(/source\/listed .*EACCES.*trying again/);
  // Its third try at the earliest.
  await delay(1000);
  t.equal(live.stderr.match(/trying again/g)?.length, 1, live.stderr);
  t.notMatch(live.stderr, /done now/, 'what was not compared is not in order');
  chmodSync(join(lab.source, 'listed'), 0o755);
  t.strictSame(await live.settled(), []);
  await live.errors(/source\/listed .*done now/);
  t.equal((await live.stop()).code, 0);
});

void t.test('a file replaced by a directory in the destination, by hand', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'one');
  const live = await lab.watch(t);
  unlinkSync(join(lab.destination, 'file'));
  mkdirSync(join(lab.destination, 'file/inside'), { recursive: true });
  writeFileSync(join(lab.source, 'file'), 'two!');
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});

void t.test('Ctrl+C and SIGTERM in the middle of a large copy', async (t) => {
  for (const [signal, code] of [
    ['SIGINT', 20],
    ['SIGTERM', 20],
  ] as const) {
    const lab = new Lab(t);
    large(join(lab.source, 'large'));
    const run = lab.start(t, ['--once']);
    t.equal(await waitFor(() => (leftovers(lab).length === 1 ? null : 'no copy has begun')), null);
    const before = performance.now();
    t.equal((await run.stop(signal)).code, code);
    t.ok(performance.now() - before < 1500, `prompt after ${signal}`);
    t.strictSame(leftovers(lab), [], 'no temporary file is left');
  }
});

void t.test('kill -9 in the middle of a copy, and a restart', async (t) => {
  const lab = new Lab(t);
  large(join(lab.source, 'large'));
  mkdirSync(lab.destination);
  writeFileSync(join(lab.destination, 'large'), 'the old content');
  const run = lab.start(t, ['--once']);
  t.equal(await waitFor(() => (leftovers(lab).length === 1 ? null : 'no copy has begun')), null);
  run.kill('SIGKILL');
  await run.ended();
  t.equal(leftovers(lab).length, 1);
  t.equal(
    readFileSync(join(lab.destination, 'large'), 'utf8'),
    'the old content',
    'a reader finds the old file',
  );
  truncateSync(join(lab.source, 'large'), 1 << 20);
  t.equal((await lab.once()).code, 0);
  t.strictSame(leftovers(lab), []);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
});

void t.test('rewritten, shrunk and removed while it is copied', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  for (const change of [
    () => writeFileSync(join(lab.source, 'large'), 'short'),
    () => truncateSync(join(lab.source, 'large'), 10),
    () => rmSync(join(lab.source, 'large')),
  ]) {
    large(join(lab.source, 'large'));
    t.equal(await waitFor(() => (leftovers(lab).length > 0 ? null : 'no copy has begun')), null);
    change();
    t.strictSame(await live.settled(), []);
  }
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('nobody reads what is printed', async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 2000; at += 1) writeFileSync(join(lab.source, `${at}`), '');
  const main = join(import.meta.dirname, '../../userland/src/main.ts');
  const script = '"$0" "$1" -v --once source destination | head -n 1; echo "${PIPESTATUS[0]}"';
  const { stdout, stderr } = execaSync('bash', ['-c', script, process.execPath, main], { cwd: lab.dir });
  t.match(stdout, /^Copied: .*\n(0|20)$/);
  t.equal(stderr, '');
});

/** Real data, so that copying takes a while: half a gigabyte that no file system can share or leave out. */
function large(path: string): void {
  execaSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4M', 'count=128', 'status=none']);
}

function leftovers(lab: Lab): string[] {
  try {
    return readdirSync(lab.destination).filter((name) => isReserved(name));
  } catch {
    return [];
  }
}
