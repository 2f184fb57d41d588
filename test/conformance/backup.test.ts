/** `--backup-dir`: nothing that is replaced or deleted is lost, and nothing else changes. */
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { execa, execaSync } from 'execa';
import t, { type Test } from 'tap';
import { jsonEvent } from '../../userland/src/cli/json/schema.ts';
import { findCommand } from '../../vm/host/find-command.ts';
import { FILE_SYSTEMS, Lab, NOBODY, ROOT_ONLY } from '../helpers/syncer.ts';
import { compareTrees, snapshot } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

const rsync = await findCommand('rsync');

function put(root: string, path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** The contents of the files below a directory, by path. */
function contents(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  if (!existsSync(root)) return found;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) found[path.slice(root.length + 1)] = readFileSync(path, 'utf8');
  }
  return found;
}

/** The differences of the roots, but for the backup in the destination. */
function differences(lab: Lab): string[] {
  return compareTrees(lab.source, lab.destination).filter((line) => !/^"\.backup.*" is extra$/.test(line));
}

/** Waits until there are none. */
async function settled(lab: Lab): Promise<void> {
  const left = await waitFor(() => {
    try {
      const found = differences(lab);
      return found.length === 0 ? null : found;
    } catch (error) {
      // It is changing while it is read.
      return [String(error)];
    }
  }, 60_000);
  if (left !== null) throw new Error(left.join('\n'));
}

/** A destination that is out of date in every way. */
function outOfDate(t: Test, base?: string): Lab {
  const lab = new Lab(t, base);
  const { source, destination } = lab;
  for (const [path, fresh, old] of [
    ['same', 'same', 'same'],
    ['replaced', 'new', 'the old one'],
    ['deep/down/replaced', 'new', 'old, deep down'],
    ['new', 'new', null],
    ['gone', null, 'gone'],
    ['gone-tree/a/b', null, 'a tree'],
    ['gone-tree/c', null, 'more of it'],
    ['kept/gone', null, 'gone from a directory'],
    ['kept/stays', 'stays', 'stays'],
    ['to-file', 'a file', null],
    ['to-file/inside', null, 'inside a directory'],
    ['to-directory', null, 'a file before'],
    ['to-directory/inside', 'inside', null],
    ['to-link', null, 'a link comes'],
    ['mode', 'mode', 'mode'],
  ] as const) {
    if (fresh !== null && path !== 'to-file') put(source, path, fresh);
    if (old !== null) put(destination, path, old);
  }
  writeFileSync(join(source, 'to-file'), 'a file');
  symlinkSync('same', join(source, 'to-link'));
  symlinkSync('old-target', join(destination, 'link'));
  symlinkSync('new-target', join(source, 'link'));
  chmodSync(join(source, 'mode'), 0o600);
  for (const root of [source, destination])
    for (const same of ['same', 'mode', 'kept/stays']) utimesSync(join(root, same), 1e9, 1e9);
  return lab;
}

const KEPT = {
  replaced: 'the old one',
  'deep/down/replaced': 'old, deep down',
  gone: 'gone',
  'gone-tree/a/b': 'a tree',
  'gone-tree/c': 'more of it',
  'kept/gone': 'gone from a directory',
  'to-file/inside': 'inside a directory',
  'to-directory': 'a file before',
  'to-link': 'a link comes',
};

for (const base of FILE_SYSTEMS)
  void t.test(`all that goes is kept, and rsync keeps the same, on ${base}`, async (t) => {
    const lab = outOfDate(t, base);
    const { dir, destination } = lab;
    execaSync('cp', ['-a', destination, join(dir, 'for-rsync')]);
    t.match(await lab.once('--backup-dir', '.backup'), { code: 0, stderr: '' });
    t.strictSame(contents(join(destination, '.backup')), KEPT);
    t.strictSame(differences(lab), []);
    t.equal(snapshot(join(destination, '.backup')).get('link')?.['target'], 'old-target');
    if (rsync !== undefined) {
      await execa(rsync, ['-a', '--delete', '--backup', '--backup-dir=.backup', 'source/', 'for-rsync'], {
        cwd: dir,
      });
      t.strictSame(contents(join(destination, '.backup')), contents(join(dir, 'for-rsync/.backup')), 'rsync');
    }
    const before = snapshot(destination);
    t.match(await lab.once('--backup-dir', '.backup'), {
      code: 0,
      stdout: 'Directory synchronization completed.',
    });
    t.strictSame([...snapshot(destination).keys()], [...before.keys()], 'a second run changes nothing');
  });

void t.test('an older backup is never replaced', async (t) => {
  const lab = new Lab(t);
  const backup = join(lab.destination, '.backup');
  for (let version = 1; version <= 12; version += 1) {
    put(lab.source, 'file', `version ${version}`.padEnd(20 + version));
    t.match(await lab.once('--backup-dir', '.backup', '--size-only'), { code: 0 });
  }
  const kept = contents(backup);
  const names = ['file', ...Array.from({ length: 10 }, (_, at) => `file.~${at + 1}~`)];
  t.strictSame(Object.keys(kept).toSorted(), names.toSorted());
  for (const [at, name] of names.entries()) t.equal(kept[name]?.trim(), `version ${at + 1}`);
  // A tree is added to one that is there; a file of the name of a directory gets out of its way.
  put(lab.destination, 'tree/file', 'first');
  await lab.once('--backup-dir', '.backup');
  put(lab.destination, 'tree/file', 'second');
  put(lab.destination, 'tree/other', 'other');
  await lab.once('--backup-dir', '.backup');
  put(lab.destination, 'tree', 'third');
  await lab.once('--backup-dir', '.backup');
  put(lab.destination, 'x'.repeat(255), 'long');
  await lab.once('--backup-dir', '.backup');
  put(lab.destination, 'x'.repeat(255), 'long again');
  t.match(await lab.once('--backup-dir', '.backup'), { code: 0 });
  t.match(contents(backup), {
    'tree/file': 'first',
    'tree/file.~1~': 'second',
    'tree/other': 'other',
    'tree.~1~': 'third',
    ['x'.repeat(255)]: 'long',
    [`${'x'.repeat(251)}.~1~`]: 'long again',
  });
});

void t.test('a directory is wanted where the backup has a file, or a symlink', async (t) => {
  const lab = new Lab(t);
  const backup = join(lab.destination, '.backup');
  put(lab.destination, 'was-file/a', 'a');
  put(lab.destination, 'was-link/b', 'b');
  put(lab.source, 'was-file/c', 'c');
  put(lab.source, 'was-link/c', 'c');
  put(backup, 'was-file', 'older');
  mkdirSync(join(lab.dir, 'outside'));
  symlinkSync('../../outside', join(backup, 'was-link'));
  t.match(await lab.once('--backup-dir', '.backup'), { code: 0, stderr: '' });
  t.strictSame(contents(backup), { 'was-file': 'older', 'was-file.~1~/a': 'a', 'was-link.~1~/b': 'b' });
  t.strictSame(readdirSync(join(lab.dir, 'outside')), [], 'nothing has gone through the symlink');
});

void t.test('what is excluded stays, and the rest of its directory is kept one by one', async (t) => {
  const lab = new Lab(t);
  put(lab.source, 'x', 'x');
  for (const path of ['tree/a', 'tree/no', 'tree/sub/b']) put(lab.destination, path, path);
  t.match(await lab.once('--backup-dir=.backup', '--exclude=no'), { code: 0, stderr: '' });
  t.strictSame(contents(lab.destination), {
    x: 'x',
    'tree/no': 'tree/no',
    '.backup/tree/a': 'tree/a',
    '.backup/tree/sub/b': 'tree/sub/b',
  });
});

void t.test('elsewhere on the file system; closed directories stay closed', async (t) => {
  const lab = outOfDate(t);
  for (const root of [lab.source, lab.destination]) chmodSync(join(root, 'deep'), 0o700);
  const absolute = join(lab.dir, 'far/away');
  t.match(await lab.once('--backup-dir', absolute), { code: 0, stderr: '' });
  t.strictSame(contents(absolute), KEPT);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
  t.equal(statSync(join(absolute, 'deep')).mode & 0o777, 0o700);
  t.equal(statSync(absolute).mode & 0o777, 0o700, 'and so is the new one');
  const beside = outOfDate(t);
  t.match(await beside.once('--backup-dir=../beside', '--fsync'), { code: 0, stderr: '' });
  t.strictSame(contents(join(beside.dir, 'beside')), KEPT, 'a relative one is so to the destination');
});

void t.test('older backups beside it, and what is put there by hand, are left alone', async (t) => {
  const lab = outOfDate(t);
  put(lab.destination, '.old/yesterday/file', 'yesterday');
  t.match(await lab.once('--backup-dir', '.old/today'), { code: 0, stderr: '' });
  t.strictSame(contents(join(lab.destination, '.old/today')), KEPT);
  t.strictSame(contents(join(lab.destination, '.old/yesterday')), { file: 'yesterday' });
});

void t.test('hard links', async (t) => {
  const lab = new Lab(t);
  put(lab.source, 'a', 'at first');
  linkSync(join(lab.source, 'a'), join(lab.source, 'b'));
  await lab.once();
  put(lab.source, 'a', 'rewritten through one name');
  put(lab.destination, 'c', 'not a link yet');
  linkSync(join(lab.source, 'a'), join(lab.source, 'c'));
  t.match(await lab.once('--backup-dir', '.backup'), { code: 0, stderr: '' });
  t.strictSame(differences(lab), []);
  t.strictSame(contents(join(lab.destination, '.backup')), {
    a: 'at first',
    b: 'at first',
    c: 'not a link yet',
  });
});

void t.test('live: saving, renaming over, deleting, moving', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  for (const path of ['saved', 'gone/a/b', 'moved/file', 'over/file', 'written'])
    put(source, path, `${path} at first`);
  const live = await lab.watch(t, ['--backup-dir', '.backup']);
  t.strictSame(differences(lab), []);
  writeFileSync(join(lab.dir, 'new'), 'saved again');
  renameSync(join(lab.dir, 'new'), join(source, 'saved'));
  writeFileSync(join(source, 'written'), 'written again');
  rmSync(join(source, 'gone'), { recursive: true });
  renameSync(join(source, 'moved'), join(source, 'moved-on'));
  await settled(lab);
  const backup = join(destination, '.backup');
  const gone = { saved: 'saved at first', written: 'written at first', 'gone/a/b': 'gone/a/b at first' };
  t.strictSame(contents(backup), gone, 'a directory that has moved is not among them');
  // One name of the destination comes over another.
  writeFileSync(join(source, 'temp'), 'saved a third time');
  await settled(lab);
  renameSync(join(source, 'temp'), join(source, 'saved'));
  await settled(lab);
  await live.output(/^Renamed: destination\/temp -> destination\/saved$/m);
  t.match(contents(backup), { ...gone, 'saved.~1~': 'saved again' });
  // A directory comes in the place of another one.
  rmSync(join(source, 'over'), { recursive: true });
  renameSync(join(source, 'moved-on'), join(source, 'over'));
  await settled(lab);
  const all = Object.values(contents(backup));
  t.ok(all.includes('over/file at first'), 'what was under its name');
  t.equal(contents(backup)['over/file'], 'over/file at first');
  t.match(live.stdout, 'Backed up: destination/saved -> destination/.backup/saved.~1~');
  t.match(live.stdout, 'Backed up: destination/gone -> destination/.backup/gone\n');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('what cannot be kept is not replaced, and goes on when it can', async (t) => {
  const lab = new Lab(t);
  put(lab.source, 'file', 'at first');
  put(lab.source, 'other', 'other');
  const live = await lab.watch(t, ['--backup-dir', '.backup']);
  rmSync(join(lab.destination, '.backup'), { recursive: true });
  writeFileSync(join(lab.destination, '.backup'), 'in the way');
  put(lab.source, 'file', 'another one');
  rmSync(join(lab.source, 'other'));
  await live.errors(
    /synchronize source\/file to .*: the old one cannot be kept in 'destination\/\.backup': .*ENOTDIR/,
  );
  await live.errors(/synchronize source\/other to .*: the old one cannot be kept/);
  t.match(contents(lab.destination), { file: 'at first', other: 'other' });
  rmSync(join(lab.destination, '.backup'));
  await live.errors(/source\/file to .*: done now/);
  await live.errors(/source\/other to .*: done now/);
  t.strictSame(contents(lab.destination), {
    file: 'another one',
    '.backup/file': 'at first',
    '.backup/other': 'other',
  });
  t.match(await live.stop(), { code: 0 });
});

void t.test('what is refused, with nothing touched', async (t) => {
  const lab = outOfDate(t);
  put(lab.dir, 'file', 'file');
  mkdirSync(join(lab.source, 'sub'));
  const before = snapshot(lab.dir);
  const elsewhere = FILE_SYSTEMS.find((path) => statSync(path).dev !== statSync(lab.dir).dev);
  const cases: readonly (readonly [string, RegExp])[] = [
    ['../source/backup', /lies inside the source/],
    ['.', /it is the destination, or has one of the two inside/],
    ['..', /has one of the two inside/],
    ['../file', /no directory/],
    ['../file/below', /no directory/],
    ['none/../other', /no directory/],
    ['deep/backup', /the source has 'deep', too/],
    ...(elsewhere === undefined ? [] : [[elsewhere, /another file system/] as const]),
  ];
  for (const [dir, message] of cases) {
    const { code, stderr } = await lab.once('--backup-dir', dir);
    t.equal(code, 3, dir);
    t.match(stderr, message);
  }
  t.strictSame(snapshot(lab.dir), before);
  rmSync(lab.destination, { recursive: true });
  t.match(await lab.once('--backup-dir=../source/x'), { code: 3 });
  t.notOk(existsSync(lab.destination), 'a destination that was made for it is gone again');
});

void t.test('another mount of the same file system is another place', { skip: ROOT_ONLY }, async (t) => {
  const lab = outOfDate(t);
  mkdirSync(join(lab.dir, 'mounted'));
  const within = ['unshare', '--mount', 'sh', '-ec', 'mount --bind . mounted; exec "$@"', 'sh'];
  const args = ['--once', '--backup-dir=../mounted/b', 'source', 'destination'];
  t.match(await lab.run(args, { within }), { code: 3, stderr: /another file system/ });
});

void t.test('--max-delete counts what is moved away, a tree as a whole', async (t) => {
  const lab = new Lab(t);
  put(lab.source, 'x', 'x');
  for (const name of ['a', 'b', 'c']) put(lab.destination, `tree/${name}`, name);
  t.match(await lab.once('--backup-dir=.backup', '--max-delete=3'), {
    code: 25,
    stderr: /4 entries .* 3 are left/,
  });
  t.equal(Object.keys(contents(join(lab.destination, 'tree'))).length, 3, 'nothing of it is gone');
  t.match(await lab.once('--backup-dir=.backup', '--max-delete=4', '--stats'), {
    code: 0,
    stdout: /Deleted: 4/,
  });
});

void t.test('--no-delete keeps what is replaced', async (t) => {
  const lab = outOfDate(t);
  t.match(
    await lab.once('--backup-dir=.backup', '--no-delete', '--exclude=to-file', '--exclude=to-directory'),
    { code: 0 },
  );
  const { replaced, 'deep/down/replaced': deep, 'to-link': link } = KEPT;
  t.strictSame(contents(join(lab.destination, '.backup')), {
    replaced,
    'deep/down/replaced': deep,
    'to-link': link,
  });
});

/** What a run said it has backed up. */
function told({ stdout }: { readonly stdout: string }): string[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('Backed up'))
    .toSorted();
}

void t.test('what is told: lines, --itemize, --json, and in a dry run', async (t) => {
  const lab = outOfDate(t);
  const before = snapshot(lab.dir);
  const dry = await lab.once('--backup-dir=.backup', '-n');
  t.strictSame(snapshot(lab.dir), before, 'a dry run touches nothing');
  const items = await outOfDate(t).once('--backup-dir=.backup', '-i');
  t.match(items.stdout, /^\*backing up gone -> destination\/\.backup\/gone\n\*deleting {3}gone$/m);
  const json = await outOfDate(t).once('--backup-dir=.backup', '--json');
  const kept = json.stdout.split('\n').flatMap((line) => {
    const event = jsonEvent.parse(JSON.parse(line));
    return event.event === 'backed-up'
      ? [`Backed up: destination/${event.path} -> destination/.backup/${event.to}`]
      : [];
  });
  const real = await lab.once('--backup-dir=.backup', '-v');
  t.ok(told(real).length > 8);
  t.strictSame(told(real), kept.toSorted());
  t.strictSame(told(dry), told(real));
});

void t.test('as an ordinary user: closed directories are moved, too', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  put(lab.source, 'x', 'x');
  put(lab.destination, 'closed/sub/file', 'file');
  chmodSync(join(lab.destination, 'closed/sub'), 0o500);
  chmodSync(join(lab.destination, 'closed'), 0o500);
  execaSync('chown', ['-R', `${NOBODY}:${NOBODY}`, lab.dir]);
  const args = ['--once', '--backup-dir=.backup', 'source', 'destination'];
  t.match(await lab.run(args, { unprivileged: true }), { code: 0, stderr: '' });
  t.strictSame(contents(join(lab.destination, '.backup')), { 'closed/sub/file': 'file' });
  t.equal(statSync(join(lab.destination, '.backup/closed')).mode & 0o777, 0o500);
});
