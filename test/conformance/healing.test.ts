/** Whatever fails is tried again, is told, makes `--once` exit with 23, and needs no restart. */
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execaSync } from 'execa';
import t from 'tap';
import { leftovers } from '../helpers/large-file.ts';
import { injecting, STRACE_MISSING } from '../helpers/strace.ts';
import { Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { waitFor } from '../helpers/wait.ts';

/** Calls of a copy that a bad disk, or one that fills up, makes fail: the first two times. */
const FAILURES = [
  { call: 'copy_file_range', error: 'EIO' },
  { call: 'copy_file_range', error: 'ENOSPC' },
  { call: 'renameat', error: 'EIO' },
  { call: 'utimensat', error: 'EIO' },
] as const;

for (const { call, error } of FAILURES)
  void t.test(`${error} of ${call}`, { skip: STRACE_MISSING }, async (t) => {
    const lab = new Lab(t);
    mkdirSync(join(lab.source, 'directory'));
    writeFileSync(join(lab.source, 'directory/file'), Buffer.alloc(300_000, 'x'));
    writeFileSync(join(lab.source, 'other'), 'y');
    const always = injecting(`${call}:error=${error}`);
    const ended = await lab.run(['--once', 'source', 'destination'], { within: always });
    t.match(ended, { code: 23, stderr: new RegExp(`${error}.*given up`) }, '--once gives up in the end');
    t.strictSame(leftovers(lab), [], 'and leaves nothing half made');
    t.notOk(existsSync(join(lab.destination, 'directory/file')));

    const live = lab.start(t, [], { within: injecting(`${call}:error=${error}:when=1..2`) });
    await live.errors(new RegExp(`${error}.*trying again`));
    t.strictSame(await live.settled({ deadlineMs: 40_000 }), [], 'the disk is mended, and so is the mirror');
    await live.errors(/done now/);
  });

void t.test('EACCES: a file that may not be read, until it may', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'secret'), 'x');
  writeFileSync(join(lab.source, 'other'), 'y');
  chmodSync(lab.dir, 0o777);
  execaSync('chown', ['-R', '65534:65534', lab.source]);
  chmodSync(join(lab.source, 'secret'), 0o200);
  const user = { unprivileged: true };
  t.match(await lab.run(['--once', 'source', 'destination'], user), {
    code: 23,
    stderr: /source\/secret.*EACCES/,
  });
  t.ok(existsSync(join(lab.destination, 'other')), 'the rest goes on');
  const live = lab.start(t, [], user);
  await live.errors(/source\/secret.*EACCES.*trying again/);
  chmodSync(join(lab.source, 'secret'), 0o644);
  t.strictSame(await live.settled(), []);
  await live.errors(/source\/secret.*done now/);
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

void t.test('vanished while it waits to be tried again', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  execaSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=755', 'dirsync-test', lab.destination]);
  t.teardown(() => execaSync('umount', ['-l', lab.destination], { reject: false }));
  writeFileSync(join(lab.source, 'large'), Buffer.alloc(3 << 20, 1));
  const live = lab.start(t);
  await live.errors(/source\/large.*ENOSPC.*trying again/);
  unlinkSync(join(lab.source, 'large'));
  writeFileSync(join(lab.source, 'small'), 'fits');
  t.strictSame(await live.settled(), []);
  await live.errors(/source\/large.*done now/);
  t.equal((await live.stop()).code, 0);
});

void t.test('a destination changed by others is mended when the entry is next touched', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'directory'));
  for (const name of ['file', 'directory/inside']) writeFileSync(join(lab.source, name), 'right');
  const live = await lab.watch(t);
  writeFileSync(join(lab.destination, 'file'), 'spoiled');
  rmSync(join(lab.destination, 'directory'), { recursive: true });
  writeFileSync(join(lab.source, 'file'), 'right again');
  writeFileSync(join(lab.source, 'directory/new'), 'x');
  t.strictSame(await live.settled(), []);
  renameSync(join(lab.destination, 'file'), join(lab.destination, 'moved by hand'));
  renameSync(join(lab.source, 'file'), join(lab.source, 'renamed'));
  const renamed = (): string | null => (existsSync(join(lab.destination, 'renamed')) ? null : 'missing');
  t.equal(await waitFor(renamed), null, 'a rename that cannot be repeated is a copy');
  t.match(await live.stop(), { code: 0, stderr: '' });
});
