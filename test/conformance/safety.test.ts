/** What must never happen: a destination emptied by mistake, written by two, or followed out of its root. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t, { type Test } from 'tap';
import { STRACE_MISSING, tracing } from '../helpers/strace.ts';
import { Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

void t.test('the command line', async (t) => {
  const lab = new Lab(t);
  t.match(await lab.run([]), {
    code: 1,
    stdout: 'Usage: dirsync <source_dir> <destination_dir>',
    stderr: '',
  });
  t.match(await lab.run(['source']), { code: 1, stdout: /^Usage: / });
  t.match(await lab.run(['--nonsense', 'source', 'destination']), {
    code: 1,
    stderr: /--nonsense.*see dirsync --help/,
  });
  t.match(await lab.run(['--phase', '4', 'a', 'b']), { code: 1, stderr: /1, 2, 3/ });
  t.match(await lab.run(['--max-delete', 'many', 'a', 'b']), { code: 1, stderr: /takes a number/ });
  t.match(await lab.run(['--version']), { code: 0, stdout: /^dirsync \S+\nmetadata: (kernel|statx) \(.+\)/ });
  const help = (await lab.run(['--help'])).stdout.split('\n');
  t.ok(help.length <= 24 && help.every((line) => line.length <= 80), 'the help fits a screen');
  t.notOk(existsSync(lab.destination));
});

void t.test('refused roots', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'inside'));
  mkdirSync(join(lab.dir, 'other'));
  symlinkSync('../source/inside', join(lab.dir, 'other/link'));
  symlinkSync('source', join(lab.dir, 'alias'));
  writeFileSync(join(lab.dir, 'file'), '');
  const refused = async (source: string, destination: string, stderr: RegExp): Promise<void> => {
    const ended = await lab.run(['--once', source, destination]);
    t.match(ended, { code: 3, stdout: '', stderr }, `${source} to ${destination}`);
  };
  await refused('missing', 'destination', /no such directory/);
  await refused('file', 'destination', /no directory/);
  await refused('source', 'file', /no directory/);
  await refused('source', 'source/', /the same directory/);
  await refused('source', 'alias', /the same directory/);
  await refused('source', 'source/inside', /inside the source/);
  await refused('source', 'source/new', /inside the source/);
  await refused('source', 'other/link', /inside the source/);
  await refused('other/link', 'source', /inside the destination/);
  await refused('source', '.', /inside the destination/);
  await refused('source', 'missing/destination', /mkdir -p 'missing'/);
  t.strictSame(readdirSync(lab.dir).toSorted(), ['alias', 'file', 'other', 'source'], 'nothing was touched');
});

void t.test('an empty source needs --allow-empty to empty a destination', async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  t.equal((await lab.once()).code, 0, 'both empty');
  writeFileSync(join(lab.destination, 'precious'), '');
  t.match(await lab.once(), { code: 3, stderr: /--allow-empty/ });
  t.ok(existsSync(join(lab.destination, 'precious')));
  t.equal((await lab.once('--no-delete')).code, 0);
  t.equal((await lab.once('--allow-empty')).code, 0);
  t.strictSame(readdirSync(lab.destination), []);
});

void t.test('a second instance on one destination', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  t.match(await lab.once(), { code: 3, stderr: /another dirsync/ });
  t.equal((await live.stop()).code, 0);
  t.equal((await lab.once()).code, 0, 'and the lock goes with the first');
});

void t.test('--max-delete', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.destination, 'tree'), { recursive: true });
  for (let at = 0; at < 10; at += 1) writeFileSync(join(lab.destination, `tree/${at}`), '');
  writeFileSync(join(lab.source, 'new'), '');
  t.match(await lab.once('--max-delete', '3'), { code: 25, stderr: /--max-delete/ });
  t.equal(readdirSync(join(lab.destination, 'tree')).length, 7);
  t.ok(existsSync(join(lab.destination, 'new')), 'what is no deletion was done');
  t.equal((await lab.once('--max-delete', '8')).code, 0, 'seven files and their directory are left');
  t.strictSame(compareTrees(lab.source, lab.destination), []);

  for (let at = 0; at < 5; at += 1) writeFileSync(join(lab.source, `${at}`), '');
  const live = await lab.watch(t, ['--max-delete', '2']);
  for (let at = 0; at < 5; at += 1) unlinkSync(join(lab.source, `${at}`));
  t.match(await live.ended(), { code: 25, stderr: /--max-delete/ });
  t.equal(readdirSync(lab.destination).length, 1 + 3);
});

/** Starts with a source that has something in it, ends the source by `act`, and looks at what is left. */
async function sourceGoes(t: Test, act: (lab: Lab) => void, stderr: RegExp): Promise<void> {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'directory'));
  writeFileSync(join(lab.source, 'directory/file'), 'precious');
  const live = await lab.watch(t);
  act(lab);
  t.match(await live.ended(), { code: 11, stderr });
  t.equal(readFileSync(join(lab.destination, 'directory/file'), 'utf8'), 'precious');
}

void t.test('the source is renamed away', (t) =>
  sourceGoes(t, (lab) => renameSync(lab.source, join(lab.dir, 'elsewhere')), /it was renamed/),
);

void t.test('the source is deleted', (t) =>
  sourceGoes(t, (lab) => rmSync(lab.source, { recursive: true }), /it was deleted|not there any more/),
);

void t.test('the source is unmounted', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  execaSync('mount', ['-t', 'tmpfs', 'dirsync-test', lab.source]);
  t.teardown(() => execaSync('umount', ['-l', lab.source], { reject: false }));
  writeFileSync(join(lab.source, 'file'), 'precious');
  const live = await lab.watch(t);
  execaSync('umount', [lab.source]);
  t.match(await live.ended(), { code: 11, stderr: /it was (unmounted|deleted)/ }, 'it is not kept busy');
  t.equal(readFileSync(join(lab.destination, 'file'), 'utf8'), 'precious');
});

void t.test('the destination is another directory all at once', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), '');
  const live = await lab.watch(t);
  renameSync(lab.destination, join(lab.dir, 'moved'));
  mkdirSync(lab.destination);
  writeFileSync(join(lab.destination, 'foreign'), '');
  unlinkSync(join(lab.source, 'file'));
  t.match(await live.ended(), { code: 11, stderr: /destination.*another directory/ });
  t.strictSame(readdirSync(lab.destination), ['foreign']);
});

void t.test('a mount point in the destination is kept', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  const mounted = join(lab.destination, 'extra/mounted');
  mkdirSync(mounted, { recursive: true });
  writeFileSync(join(lab.source, 'file'), '');
  execaSync('mount', ['-t', 'tmpfs', 'dirsync-test', mounted]);
  t.teardown(() => execaSync('umount', ['-l', mounted], { reject: false }));
  writeFileSync(join(mounted, 'precious'), '');
  t.match(await lab.once(), { code: 23, stderr: /EBUSY/ });
  t.ok(existsSync(join(mounted, 'precious')));
});

void t.test('an unreadable source directory keeps its mirror', async (t) => {
  const lab = new Lab(t);
  const secret = join(lab.source, 'secret');
  mkdirSync(secret);
  writeFileSync(join(secret, 'file'), 'precious');
  writeFileSync(join(lab.source, 'other'), '');
  chmodSync(lab.dir, 0o777);
  execaSync('chmod', ['-R', 'a+rwX', lab.source]);
  if (process.geteuid?.() === 0) execaSync('chown', ['-R', '65534:65534', lab.dir]);
  const user = { unprivileged: true };
  t.equal((await lab.run(['--once', 'source', 'destination'], user)).code, 0);
  chmodSync(secret, 0o000);
  writeFileSync(join(lab.source, 'another'), '');
  t.match(await lab.run(['--once', 'source', 'destination'], user), {
    code: 23,
    stderr: /source\/secret.*EACCES/,
  });
  t.equal(readFileSync(join(lab.destination, 'secret/file'), 'utf8'), 'precious');
  t.ok(existsSync(join(lab.destination, 'another')), 'the rest goes on');
});

void t.test('read-only directories gain children without root', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'closed/below'), { recursive: true });
  chmodSync(lab.dir, 0o777);
  if (process.geteuid?.() === 0) execaSync('chown', ['-R', '65534:65534', lab.dir]);
  chmodSync(join(lab.source, 'closed/below'), 0o555);
  chmodSync(join(lab.source, 'closed'), 0o555);
  const live = await lab.watch(t, [], { unprivileged: true });
  t.strictSame(await live.settled(), []);
  chmodSync(join(lab.source, 'closed/below'), 0o755);
  writeFileSync(join(lab.source, 'closed/below/child'), '', { mode: 0o644 });
  if (process.geteuid?.() === 0) execaSync('chown', ['65534:65534', join(lab.source, 'closed/below/child')]);
  chmodSync(join(lab.source, 'closed/below'), 0o555);
  t.strictSame(await live.settled(), []);
  rmSync(join(lab.source, 'closed'), { recursive: true, force: true });
  if (!existsSync(join(lab.source, 'closed'))) t.strictSame(await live.settled(), []);
  t.match(await live.stop(), { code: 0, stderr: '' });
  execaSync('chmod', ['-R', 'u+rwX', lab.dir]);
});

void t.test('a parent flipped to a symlink leads nowhere', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'directory'));
  const live = await lab.watch(t);
  mkdirSync(join(lab.dir, 'outside'));
  rmSync(join(lab.destination, 'directory'), { recursive: true });
  symlinkSync('../outside', join(lab.destination, 'directory'));
  writeFileSync(join(lab.source, 'directory/file'), 'x');
  t.strictSame(await live.settled(), [], 'the symlink gives way to the directory');
  t.strictSame(readdirSync(join(lab.dir, 'outside')), []);
  t.ok(lstatSync(join(lab.destination, 'directory')).isDirectory());
  t.equal((await live.stop()).code, 0);
});

void t.test('a directory that is renamed and may not be searched does not end the run', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'open/below'), { recursive: true });
  chmodSync(lab.dir, 0o777);
  if (process.geteuid?.() === 0) execaSync('chown', ['-R', '65534:65534', lab.dir]);
  const live = await lab.watch(t, ['--no-delete'], { unprivileged: true });
  chmodSync(join(lab.source, 'open'), 0o400);
  renameSync(join(lab.source, 'open'), join(lab.source, 'listed'));
  // Its names may not be looked up, so it is told of as a whole.
  await live.errors(/source\/listed to .*EACCES/);
  chmodSync(join(lab.source, 'listed'), 0o755);
  writeFileSync(join(lab.source, 'listed/below/file'), 'x');
  t.equal(
    await waitFor(() => (existsSync(join(lab.destination, 'listed/below/file')) ? null : 'missing')),
    null,
  );
  t.equal((await live.stop()).code, 0);
  execaSync('chmod', ['-R', 'u+rwX', lab.dir]);
});

void t.test('roots that may not be entered', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  chmodSync(lab.dir, 0o777);
  const user = { unprivileged: true };
  for (const closed of [lab.source, lab.destination]) {
    chmodSync(closed, 0o700);
    t.match(await lab.run(['--once', 'source', 'destination'], user), {
      code: 3,
      stderr:
        /^dirsync: look at '(source|destination)\/\.\.': permission denied \(EACCES, statx\); .*namei -l/,
    });
    chmodSync(closed, 0o755);
  }
});

const CALLS = 'fsync,rename,renameat,renameat2,linkat';

void t.test('--fsync', { skip: STRACE_MISSING }, async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'x');
  const calls = async (...args: readonly string[]): Promise<string[]> => {
    rmSync(lab.destination, { recursive: true, force: true });
    t.match(
      await lab.run(['--once', ...args, 'source', 'destination'], { within: tracing(CALLS, 'calls') }),
      { code: 0 },
    );
    const lines = readFileSync(join(lab.dir, 'calls'), 'utf8').split('\n');
    return lines.flatMap((line) => {
      const [, call, path] = /(fsync|rename|link)\w*\(\d+<[^>]*\/(destination[^>]*)>/.exec(line) ?? [];
      if (call === undefined) return [];
      // strace's name for a file that has none, or our temporary one.
      return [
        call === 'fsync'
          ? `fsync ${path?.replace(/(#\d+|\.dirsync-[0-9a-f]+\.tmp).*/, '(unfinished)')}`
          : 'named',
      ];
    });
  };
  t.strictSame(await calls('--fsync'), [
    'fsync destination/(unfinished)',
    'named',
    'fsync destination',
    // Once more with its own times, which the new name has changed.
    'fsync destination',
  ]);
  t.strictSame(await calls(), ['named']);
});
