/** What can be wrong with the destination, at the start and later, and how a run ends. */
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t, { type Test } from 'tap';
import { copyBegun, leftovers, writeLarge } from '../helpers/large-file.ts';
import { Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

/** Whether even root can be kept from replacing a file. */
function immutableMissing(t: Test): string | false {
  const file = join(new Lab(t).dir, 'file');
  writeFileSync(file, '');
  const possible = execaSync('chattr', ['+i', file], { reject: false }).exitCode === 0;
  execaSync('chattr', ['-i', file], { reject: false });
  return possible ? false : 'no immutable files here';
}

const NO_IMMUTABLE = immutableMissing(t);

/** A file system of its own on the destination. */
function mountDestination(t: Test, lab: Lab, options: string): void {
  mkdirSync(lab.destination, { recursive: true });
  execaSync('mount', ['-t', 'tmpfs', '-o', options, 'dirsync-test', lab.destination]);
  t.teardown(() => execaSync('umount', ['-l', lab.destination], { reject: false }));
}

void t.test('relative destination .', async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  mkdirSync(join(lab.source, 'directory'));
  writeFileSync(join(lab.source, 'directory/file'), 'x');
  const within = ['sh', '-c', 'cd destination && exec "$@"', 'sh'];
  const ended = await lab.run(['--once', '-v', '../source', '.'], { within });
  t.match(ended, {
    code: 0,
    stdout: /^Copied: \.\.\/source\/directory\/file -> \.\/directory\/file$/m,
    stderr: '',
  });
  t.strictSame(compareTrees(lab.source, lab.destination), []);
});

void t.test('missing: made, with the attributes of the source', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'x');
  chmodSync(lab.source, 0o2750);
  const live = await lab.watch(t);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('read-only at the start, and while it runs', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mountDestination(t, lab, 'mode=755');
  writeFileSync(join(lab.destination, 'extra'), 'kept for now');
  execaSync('mount', ['-o', 'remount,ro', lab.destination]);
  writeFileSync(join(lab.source, 'file'), 'x');
  t.match(await lab.once(), { code: 23, stderr: /source\/file to destination\/file: .*EROFS/ });
  const live = lab.start(t);
  await live.errors(/EROFS.*trying again/);
  execaSync('mount', ['-o', 'remount,rw', lab.destination]);
  t.strictSame(await live.settled({ deadlineMs: 40_000 }), [], 'nothing needs a restart');
  execaSync('mount', ['-o', 'remount,ro', lab.destination]);
  writeFileSync(join(lab.source, 'second'), 'x');
  unlinkSync(join(lab.source, 'file'));
  await live.errors(/source\/second.*EROFS/);
  execaSync('mount', ['-o', 'remount,rw', lab.destination]);
  t.strictSame(await live.settled({ deadlineMs: 40_000 }), []);
  t.equal((await live.stop()).code, 0);
});

void t.test('full, then freed', { skip: ROOT_ONLY }, async (t) => {
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

void t.test('file replaced by a directory there by hand', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'one');
  const live = await lab.watch(t);
  unlinkSync(join(lab.destination, 'file'));
  mkdirSync(join(lab.destination, 'file/inside'), { recursive: true });
  writeFileSync(join(lab.source, 'file'), 'two!');
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});

void t.test('one file unwritable, the rest go on', { skip: NO_IMMUTABLE }, async (t) => {
  const lab = new Lab(t);
  for (const name of ['immutable', 'other']) writeFileSync(join(lab.source, name), 'old');
  await lab.once();
  const immutable = join(lab.destination, 'immutable');
  execaSync('chattr', ['+i', immutable]);
  t.teardown(() => execaSync('chattr', ['-i', immutable], { reject: false }));
  for (const name of ['immutable', 'other', 'third']) writeFileSync(join(lab.source, name), 'new content');
  t.match(await lab.once(), { code: 23, stderr: /source\/immutable to destination\/immutable: .*EPERM/ });
  t.strictSame(
    compareTrees(lab.source, lab.destination, { ignoreTimes: true }).length,
    2,
    'size and content of one',
  );
  t.strictSame(leftovers(lab), []);
  const live = lab.start(t);
  await live.errors(/source\/immutable.*EPERM.*trying again/);
  writeFileSync(join(lab.source, 'fourth'), 'x');
  const fourth = (): string | null => (existsSync(join(lab.destination, 'fourth')) ? null : 'missing');
  t.equal(await waitFor(fourth), null, 'the rest is followed');
  execaSync('chattr', ['-i', immutable]);
  t.strictSame(await live.settled({ deadlineMs: 40_000 }), []);
  await live.errors(/source\/immutable.*done now/);
  t.equal((await live.stop()).code, 0);
});

void t.test('unmounted under us', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  writeFileSync(join(lab.destination, 'below'), 'not ours');
  mountDestination(t, lab, 'mode=755');
  writeFileSync(join(lab.source, 'file'), 'x');
  const live = await lab.watch(t);
  t.not(
    execaSync('umount', [lab.destination], { reject: false }).exitCode,
    0,
    'it is busy as long as we are',
  );
  execaSync('umount', ['-l', lab.destination]);
  writeFileSync(join(lab.source, 'second'), 'x');
  t.match(await live.ended(), { code: 11, stderr: /destination.*another directory/ });
  t.strictSame(
    readdirSync(lab.destination),
    ['below'],
    'nothing is written or deleted below the mount point',
  );
});

void t.test('removed while it runs', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'x');
  const live = await lab.watch(t);
  rmSync(lab.destination, { recursive: true });
  writeFileSync(join(lab.source, 'second'), 'x');
  t.match(await live.ended(), { code: 11, stderr: /destination.*not there any more/ });
  t.notOk(existsSync(lab.destination), 'and is not made again');
  t.strictSame(readdirSync(lab.source).toSorted(), ['file', 'second']);
});

void t.test('renamed away while it runs', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'x');
  const live = await lab.watch(t);
  renameSync(lab.destination, join(lab.dir, 'elsewhere'));
  unlinkSync(join(lab.source, 'file'));
  t.match(await live.ended(), { code: 11, stderr: /destination.*not there any more/ });
  t.equal(readFileSync(join(lab.dir, 'elsewhere/file'), 'utf8'), 'x', 'nothing more is deleted');
});

void t.test('SIGTERM: prompt, no further deletes', async (t) => {
  const lab = new Lab(t);
  const extra = join(lab.destination, 'extra');
  mkdirSync(extra, { recursive: true });
  writeFileSync(join(lab.source, 'file'), 'x');
  const FILES = 60_000;
  execaSync('sh', ['-c', `seq ${FILES} | xargs touch`], { cwd: extra });
  const run = lab.start(t, ['--once']);
  const left = (): number => (existsSync(extra) ? readdirSync(extra).length : 0);
  while (left() === FILES);
  t.equal((await run.stop('SIGTERM')).code, 20);
  const rest = left();
  t.ok(rest > 0 && rest < FILES, `${rest} of ${FILES} are left`);
});

void t.test('Ctrl+C and SIGTERM in the middle of a large copy', async (t) => {
  for (const [signal, code] of [
    ['SIGINT', 20],
    ['SIGTERM', 20],
  ] as const) {
    const lab = new Lab(t);
    writeLarge(lab);
    const run = lab.start(t, ['--once']);
    await copyBegun(lab);
    t.equal((await run.stop(signal)).code, code);
    t.not(
      statSync(join(lab.destination, 'large'), { throwIfNoEntry: false })?.size,
      2 ** 29,
      'it did not wait for the copy',
    );
    t.strictSame(leftovers(lab), [], 'no temporary file is left');
  }
});

void t.test('a destination that may not be written to', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  utimesSync(lab.destination, 1000, 1000);
  chmodSync(lab.dir, 0o755);
  mkdirSync(join(lab.source, 'directory'));
  writeFileSync(join(lab.source, 'directory/file'), '');
  writeFileSync(join(lab.source, 'file'), '');
  const { code, stderr } = await lab.run(['--once', 'source', 'destination'], { unprivileged: true });
  t.equal(code, 23);
  const [last, ...failed] = stderr.split('\n').toReversed();
  t.strictSame(failed.toSorted(), [
    'dirsync: synchronize source to destination: operation not permitted (EPERM, futimens); given up',
    'dirsync: synchronize source/directory to destination/directory: permission denied (EACCES, mkdirat); given up',
    'dirsync: synchronize source/file to destination/file: permission denied (EACCES, openat); given up',
  ]);
  t.match(last, /: 3 entries failed, see above; mend that and start dirsync again$/);
});

void t.test('a reader of stdout that stands still cannot keep the run from ending', async (t) => {
  const lab = new Lab(t);
  execaSync('mkfifo', [join(lab.dir, 'out')]);
  // Open on both ends and never read: 64 KiB fit in.
  const reader = openSync(join(lab.dir, 'out'), constants.O_RDWR);
  t.teardown(() => closeSync(reader));
  for (let at = 0; at < 1500; at += 1) writeFileSync(join(lab.source, `${'long-name-'.repeat(10)}${at}`), '');
  const live = lab.start(t, ['-v'], { within: ['sh', '-c', 'exec "$@" >out', 'sh'] });
  const all = (): string | null =>
    existsSync(lab.destination) && readdirSync(lab.destination).length >= 1500 ? null : 'not all';
  t.equal(await waitFor(all, 60_000), null, 'and keeps nothing from being copied');
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
