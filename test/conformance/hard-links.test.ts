/** Names of one file in the source are names of one file in the destination, whatever happens to them. */
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { FILE_SYSTEMS, Lab } from '../helpers/syncer.ts';
import { compareTrees, identity } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

const sum = (stdout: string, line: RegExp): number =>
  stdout.split('\n').filter((one) => line.test(one)).length;

for (const base of FILE_SYSTEMS) {
  void t.test(`--once on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const { source, destination } = lab;
    mkdirSync(join(source, 'directory/deep'), { recursive: true });
    writeFileSync(join(source, 'a'), 'content');
    linkSync(join(source, 'a'), join(source, 'directory/deep/b'));
    linkSync(join(source, 'a'), join(source, 'directory/c'));
    writeFileSync(join(lab.dir, 'outside'), 'outside');
    linkSync(join(lab.dir, 'outside'), join(source, 'half-outside'));
    const first = await lab.once('-v');
    t.match(first, { code: 0, stderr: '' });
    t.strictSame(compareTrees(source, destination), []);
    t.equal(sum(first.stdout, /^Copied: /), 2, 'each content is copied once');
    t.equal(sum(first.stdout, /^Linked: /), 2);
    t.equal(lstatSync(join(destination, 'half-outside')).nlink, 1);
    t.equal(
      (await lab.once('-v')).stdout,
      'Directory synchronization completed.',
      'then nothing is to be done',
    );

    appendFileSync(join(source, 'directory/c'), ' more');
    t.equal((await lab.once()).code, 0);
    t.strictSame(compareTrees(source, destination), [], 'a write shows under all names');

    chmodSync(join(source, 'a'), 0o640);
    const file = identity(join(destination, 'a'));
    t.equal((await lab.once()).code, 0);
    t.strictSame(compareTrees(source, destination), [], 'and so does chmod');
    t.equal(identity(join(destination, 'a')), file, 'for which nothing is copied');
  });

  void t.test(`live on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const { source, destination } = lab;
    mkdirSync(join(source, 'one'));
    mkdirSync(join(source, 'two'));
    writeFileSync(join(source, 'one/a'), 'content');
    linkSync(join(source, 'one/a'), join(source, 'one/b'));
    linkSync(join(source, 'one/a'), join(source, 'two/c'));
    const live = await lab.watch(t);
    t.strictSame(compareTrees(source, destination), []);
    const steps: readonly (readonly [string, () => void])[] = [
      ['a write through one name', () => appendFileSync(join(source, 'two/c'), ' more')],
      ['a write of the same size', () => writeFileSync(join(source, 'one/a'), 'CONTENT MORE')],
      ['chmod through one name', () => chmodSync(join(source, 'one/b'), 0o600)],
      ['utimes through one name', () => utimesSync(join(source, 'one/b'), 1000, 1000)],
      ['a name more', () => linkSync(join(source, 'one/a'), join(source, 'two/d'))],
      ['a write through the new name', () => appendFileSync(join(source, 'two/d'), ' and more')],
      ['a rename of one name', () => renameSync(join(source, 'one/b'), join(source, 'two/renamed'))],
      ['a write after it', () => appendFileSync(join(source, 'one/a'), '!')],
      ['a rename of a directory', () => renameSync(join(source, 'two'), join(source, 'one/two'))],
      ['a write after that', () => appendFileSync(join(source, 'one/two/renamed'), '!')],
      ['unlink of one name', () => unlinkSync(join(source, 'one/a'))],
      ['a write to those that are left', () => appendFileSync(join(source, 'one/two/c'), '!')],
      [
        'one name replaced by another file',
        () => {
          writeFileSync(join(source, 'one/temp'), 'another');
          renameSync(join(source, 'one/temp'), join(source, 'one/two/c'));
        },
      ],
      ['a write to the rest', () => appendFileSync(join(source, 'one/two/d'), '!')],
      ['the directory is removed', () => rmSync(join(source, 'one/two'), { recursive: true })],
    ];
    for (const [what, change] of steps) {
      change();
      t.strictSame(await live.settled(), [], what);
    }
    t.match(await live.stop(), { code: 0, stderr: '' });
  });

  void t.test(`names given to files that had one, on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const { source, destination } = lab;
    for (const name of ['x', 'y', 'z']) mkdirSync(join(source, name));
    for (let at = 0; at < 50; at += 1) writeFileSync(join(source, 'x', `${at}`), `content ${at}`);
    const live = await lab.watch(t);
    const before = identity(join(destination, 'x/7'));
    for (let at = 0; at < 50; at += 1) linkSync(join(source, 'x', `${at}`), join(source, 'y', `${at}`));
    t.strictSame(await live.settled(), [], 'in another directory');
    t.equal(identity(join(destination, 'y/7')), before, 'and nothing was copied');
    linkSync(join(source, 'x/7'), join(source, 'x/same'));
    t.strictSame(await live.settled(), [], 'in the same directory');
    writeFileSync(join(lab.dir, 'outside'), 'outside');
    linkSync(join(lab.dir, 'outside'), join(source, 'z/from-outside'));
    t.strictSame(await live.settled(), [], 'from outside');
    linkSync(join(source, 'z/from-outside'), join(source, 'y/from-outside'));
    t.strictSame(await live.settled(), [], 'and again inside');
    writeFileSync(join(source, 'z/single'), 'single');
    t.strictSame(await live.settled(), [], 'a file with one name');
    mkdirSync(join(lab.dir, 'outside-directory'));
    linkSync(join(source, 'z/single'), join(lab.dir, 'outside-directory/second'));
    renameSync(join(lab.dir, 'outside-directory'), join(source, 'moved-in'));
    t.strictSame(await live.settled(), [], 'in a directory that comes from outside');
    renameSync(join(source, 'y'), join(lab.dir, 'moved-out'));
    t.strictSame(await live.settled(), [], 'out of the tree');
    appendFileSync(join(source, 'x/7'), 'more');
    t.strictSame(await live.settled(), [], 'a write after it');
    t.match(await live.stop(), { code: 0, stderr: '' });
    t.notOk(readdirSync(join(destination, 'x')).some((name) => name.startsWith('.dirsync-')));
  });
}

void t.test('names of a FIFO and of a symlink', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  for (const name of ['x', 'y']) mkdirSync(join(source, name));
  execaSync('mkfifo', [join(source, 'x/fifo')]);
  symlinkSync('target', join(source, 'x/symlink'));
  linkSync(join(source, 'x/fifo'), join(source, 'y/fifo'));
  t.match(await lab.once(), { code: 0, stderr: '' });
  t.strictSame(compareTrees(source, destination), [], '--once');
  const live = await lab.watch(t);
  const steps: readonly (readonly [string, () => void])[] = [
    ['mtime through one name', () => utimesSync(join(source, 'y/fifo'), 1000, 1000)],
    ['mode through the other', () => chmodSync(join(source, 'x/fifo'), 0o600)],
    ['one more name', () => linkSync(join(source, 'x/symlink'), join(source, 'y/symlink'))],
    ['mtime of a symlink', () => lutimesSync(join(source, 'x/symlink'), 1000, 1000)],
    [
      'another symlink under one of the names',
      () => {
        symlinkSync('elsewhere', join(source, 'new'));
        lutimesSync(join(source, 'new'), 1000, 1000);
        renameSync(join(source, 'new'), join(source, 'y/symlink'));
      },
    ],
    ['mtime of the one that is left', () => lutimesSync(join(source, 'x/symlink'), 2000, 2000)],
  ];
  for (const [what, change] of steps) {
    change();
    t.strictSame(await live.settled(), [], what);
  }
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('a write is copied once, however many names there are', async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 20; at += 1) {
    mkdirSync(join(lab.source, `${at}`));
    if (at === 0) writeFileSync(join(lab.source, '0/name'), 'x');
    else linkSync(join(lab.source, '0/name'), join(lab.source, `${at}`, 'name'));
  }
  const live = await lab.watch(t);
  const before = live.stdout.length;
  writeFileSync(join(lab.source, '5/name'), 'written');
  t.strictSame(await live.settled(), []);
  const said = live.stdout.slice(before);
  t.ok(sum(said, /^Copied: /) <= 2, said);
  t.match(said, /^Linked: destination\/17\/name -> destination\//m);
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('names that part, with everything else equal', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'a'), 'content');
  linkSync(join(source, 'a'), join(source, 'b'));
  const live = await lab.watch(t);
  copyFileSync(join(source, 'b'), join(source, 'new'));
  const { atime, mtime } = statSync(join(source, 'b'));
  utimesSync(join(source, 'new'), atime, mtime);
  utimesSync(join(source, 'b'), atime, mtime);
  renameSync(join(source, 'new'), join(source, 'b'));
  t.strictSame(await live.settled(), []);
  chmodSync(join(source, 'b'), 0o600);
  t.strictSame(await live.settled(), []);
  t.not(lstatSync(join(destination, 'a')).mode & 0o777, 0o600);
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('a destination whose links were broken, or are too many', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  for (const name of ['a', 'alone', 'other']) writeFileSync(join(source, name), 'content');
  for (const name of ['b', 'c']) linkSync(join(source, 'a'), join(source, name));
  await lab.once();
  const { atime, mtime } = statSync(join(destination, 'b'));
  copyFileSync(join(destination, 'b'), join(destination, 'x'));
  renameSync(join(destination, 'x'), join(destination, 'b'));
  utimesSync(join(destination, 'b'), atime, mtime);
  utimesSync(join(source, 'a'), atime, mtime);
  utimesSync(join(destination, 'a'), atime, mtime);
  t.equal((await lab.once()).code, 0);
  t.strictSame(compareTrees(source, destination), []);
  // Somebody keeps a snapshot of the destination: it must not change with a mode.
  linkSync(join(destination, 'alone'), join(lab.dir, 'snapshot'));
  linkSync(join(destination, 'a'), join(lab.dir, 'linked-snapshot'));
  chmodSync(join(source, 'alone'), 0o600);
  chmodSync(join(source, 'a'), 0o600);
  t.equal((await lab.once()).code, 0);
  t.strictSame(compareTrees(source, destination), []);
  t.not(statSync(join(lab.dir, 'snapshot')).mode & 0o777, 0o600);
  t.not(statSync(join(lab.dir, 'linked-snapshot')).mode & 0o777, 0o600);
});

void t.test('with --no-delete', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'a'), 'content');
  linkSync(join(source, 'a'), join(source, 'b'));
  const live = await lab.watch(t, ['--no-delete']);
  renameSync(join(source, 'b'), join(source, 'c'));
  t.equal(await waitFor(() => (existsSync(join(destination, 'c')) ? null : 'missing')), null);
  appendFileSync(join(source, 'c'), ' more');
  const state = (): string | null => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => readFileSync(join(destination, name), 'utf8'));
    const linked = lstatSync(join(destination, 'a')).ino === lstatSync(join(destination, 'c')).ino;
    return linked && a === 'content more' && c === a && b === 'content'
      ? null
      : `${a}, ${b}, ${c}, ${linked}`;
  };
  t.equal(await waitFor(state), null, 'the old name keeps what it had');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('--dry-run', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'a'), 'content');
  linkSync(join(lab.source, 'a'), join(lab.source, 'b'));
  const { code, stdout } = await lab.run(['-n', 'source', 'destination']);
  t.equal(code, 0);
  t.equal(sum(stdout, /^Copied: /), 1);
  t.equal(sum(stdout, /^Linked: /), 1);
});
