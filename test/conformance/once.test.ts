/** `--once` and the phases on real file systems: what is equal afterwards, and what is printed. */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { FILE_SYSTEMS, Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { bytes, compareTrees } from '../helpers/tree.ts';

/** Newline, quotes, backslash, leading dash, bytes that are no UTF-8, NFC beside NFD, the longest name. */
const ODD_NAMES = [
  'new\nline',
  '"quotes\'',
  'back\\slash',
  '-rf',
  'tab\t',
  '\xff\xfe',
  'caf\xc3\xa9',
  'cafe\xcc\x81',
  ' ',
  'x'.repeat(255),
];

for (const base of FILE_SYSTEMS) {
  void t.test(`a tree of everything on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const { source, destination } = lab;
    mkdirSync(join(source, 'a/b/c'), { recursive: true });
    writeFileSync(join(source, 'a/b/c/deep'), 'deep');
    writeFileSync(join(source, 'empty'), '');
    writeFileSync(join(source, 'setuid'), 'x', { mode: 0o755 });
    chmodSync(join(source, 'setuid'), 0o4755);
    symlinkSync('nowhere', join(source, 'dangling'));
    symlinkSync('loop', join(source, 'loop'));
    symlinkSync('a', join(source, 'to-directory'));
    symlinkSync('/etc/passwd', join(source, 'absolute'));
    execaSync('mkfifo', [join(source, 'fifo')]);
    for (const name of ODD_NAMES) writeFileSync(bytes(`${source}/${name}`), name, 'latin1');
    utimesSync(join(source, 'empty'), -1000.5, -1000.5);
    utimesSync(join(source, 'a/b/c/deep'), 4_000_000_000, 4_000_000_000);
    chmodSync(join(source, 'a/b'), 0o750);

    const first = await lab.once();
    t.match(first, { code: 0, stdout: 'Directory synchronization completed.', stderr: '' });
    t.strictSame(compareTrees(source, destination), []);

    const second = await lab.once('-v');
    t.equal(second.stdout, 'Directory synchronization completed.', 'the second time there is nothing to do');
  });
}

void t.test('what the destination has too much is deleted', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(join(destination, 'extra/below'), { recursive: true });
  writeFileSync(join(destination, 'extra/below/file'), '');
  writeFileSync(join(destination, 'file'), '');
  symlinkSync(source, join(destination, 'link-to-source'));
  writeFileSync(join(source, 'kept'), 'kept');
  t.equal((await lab.once()).code, 0);
  t.strictSame(compareTrees(source, destination), []);
  t.equal(readFileSync(join(source, 'kept'), 'utf8'), 'kept', 'a symlink to the source is not followed');
});

void t.test('--no-delete keeps it', async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  writeFileSync(join(lab.destination, 'extra'), '');
  writeFileSync(join(lab.destination, '.dirsync-0000beef.tmp'), '');
  t.equal((await lab.once('--no-delete')).code, 0);
  t.strictSame(readdirSync(lab.destination), ['extra'], 'but leftovers of a killed run are swept');
});

void t.test('a file with a reserved name in the source is not mirrored', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, '.dirsync-0000beef.tmp'), '');
  writeFileSync(join(lab.source, 'file'), '');
  t.equal((await lab.once()).code, 0);
  t.strictSame(readdirSync(lab.destination), ['file']);
});

void t.test('types that change places', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(destination);
  for (const [root, side] of [
    [source, 0],
    [destination, 1],
  ] as const) {
    const kinds = ['file', 'directory', 'symlink'];
    for (const first of kinds)
      for (const second of kinds) make(join(root, `${first}-${second}`), side === 0 ? first : second);
  }
  writeFileSync(join(source, 'sibling'), 'mirrored');
  t.equal((await lab.once()).code, 0);
  t.strictSame(compareTrees(source, destination), []);
});

function make(path: string, kind: string): void {
  if (kind === 'file') writeFileSync(path, kind);
  else if (kind === 'symlink') symlinkSync('sibling', path);
  else {
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'inside'), kind);
  }
}

void t.test('phase 1: flat, by size, without deletion', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(join(source, 'directory'));
  mkdirSync(destination);
  writeFileSync(join(source, 'new'), 'new');
  writeFileSync(join(source, 'same-size'), 'aaa');
  writeFileSync(join(destination, 'same-size'), 'bbb');
  writeFileSync(join(destination, 'extra'), '');
  const { code, stdout } = await lab.run(['--phase', '1', 'source', 'destination']);
  t.match({ code, stdout }, { code: 0, stdout: 'Directory synchronization completed.' });
  t.strictSame(readdirSync(destination).toSorted(), ['extra', 'new', 'same-size']);
  t.equal(readFileSync(join(destination, 'same-size'), 'utf8'), 'bbb', 'equal sizes are equal');
});

void t.test('phase 2: recursive, by size and mtime, with deletion', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'directory'));
  writeFileSync(join(lab.source, 'directory/same-size'), 'aaa');
  mkdirSync(join(lab.destination, 'directory'), { recursive: true });
  writeFileSync(join(lab.destination, 'directory/same-size'), 'bbb');
  utimesSync(join(lab.destination, 'directory/same-size'), 1, 1);
  writeFileSync(join(lab.destination, 'extra'), '');
  const { code, stdout } = await lab.run(['--phase', '2', 'source/', 'destination/']);
  t.match({ code, stdout }, { code: 0, stdout: 'Directory synchronization completed.' });
  t.strictSame(compareTrees(lab.source, lab.destination), []);
});

void t.test('a change of mode only does not copy the data again', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'content');
  await lab.once();
  const before = lstatSync(join(lab.destination, 'file')).ino;
  chmodSync(join(lab.source, 'file'), 0o600);
  t.equal((await lab.once('-v')).stdout.split('\n')[0], 'Updated: destination/file');
  t.equal(lstatSync(join(lab.destination, 'file')).ino, before, 'it is the same file');
  t.strictSame(compareTrees(lab.source, lab.destination), []);
});

void t.test('a sparse file of 1 GiB stays sparse', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'sparse'), 'head');
  truncateSync(join(lab.source, 'sparse'), 2 ** 30);
  t.equal((await lab.once()).code, 0);
  const copy = statSync(join(lab.destination, 'sparse'));
  t.equal(copy.size, 2 ** 30);
  t.ok(copy.blocks * 512 < 2 ** 20, `${copy.blocks} blocks are allocated`);
});

void t.test('--dry-run says what would be done and touches nothing', async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'directory'));
  writeFileSync(join(lab.source, 'directory/file'), '');
  const { code, stdout } = await lab.run(['-n', 'source', 'destination']);
  t.equal(code, 0);
  t.match(stdout, /^Created directory: destination\/directory$/m);
  t.match(stdout, /^Copied: source\/directory\/file -> destination\/directory\/file$/m);
  t.notOk(existsSync(lab.destination));
});

void t.test('a root whose name is no UTF-8', async (t) => {
  const lab = new Lab(t);
  mkdirSync(bytes(`${lab.dir}/\xff`));
  writeFileSync(bytes(`${lab.dir}/\xff/file`), 'x');
  // A shell, for Node passes arguments as UTF-8.
  const main = join(import.meta.dirname, '../../userland/src/main.ts');
  const script = `exec "$0" "$1" --once "$(printf '\\377')" destination`;
  execaSync('sh', ['-c', script, process.execPath, main], { cwd: lab.dir });
  t.strictSame(readdirSync(lab.destination), ['file']);
});

void t.test('paths longer than PATH_MAX', async (t) => {
  const lab = new Lab(t);
  const script = `cd source && for i in $(seq 30); do mkdir ${'d'.repeat(200)} && cd ${'d'.repeat(200)}; done; echo deep > f`;
  execaSync('bash', ['-c', script], { cwd: lab.dir });
  t.equal((await lab.once()).code, 0);
  const count = (root: string): string =>
    execaSync('find', [root, '-printf', '%d %y %s %T@\n'], { cwd: lab.dir }).stdout;
  t.equal(count('destination').replaceAll('destination', 'source'), count('source'));
  t.match(count('destination'), /^31 f 5 /m);
  // rm goes by fds; Node's rm goes by paths.
  execaSync('rm', ['-rf', 'source', 'destination'], { cwd: lab.dir });
  mkdirSync(lab.source);
});

void t.test('devices and owners, as root', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  execaSync('mknod', [join(lab.source, 'null'), 'c', '1', '3']);
  writeFileSync(join(lab.source, 'owned'), '');
  execaSync('chown', ['1234:5678', join(lab.source, 'owned')]);
  t.equal((await lab.once()).code, 0);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
  rmSync(join(lab.source, 'null'));
  writeFileSync(join(lab.source, 'null'), '');
  t.equal((await lab.once()).code, 0);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
});

/** A file system whose directory positions are counts of names, and change when one before them is removed. */
const ON_RAMFS =
  'mount -t ramfs ramfs "$PWD" && cd "$PWD" && mkdir source destination && touch source/kept && ' +
  '(cd destination && seq -f extra-%05g 20000 | xargs touch) && "$@" && ls -A destination';
const RAMFS = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', ON_RAMFS, 'sh'];
const ramfsPossible =
  execaSync(
    'env',
    ['unshare', '--user', '--map-root-user', '--mount', 'mount', '-t', 'ramfs', 'ramfs', '/mnt'],
    { reject: false },
  ).exitCode === 0;

void t.test(
  'no extra of a huge directory is overlooked',
  { skip: !ramfsPossible && 'no ramfs in a user namespace here' },
  async (t) => {
    const lab = new Lab(t);
    t.match(await lab.run(['-q', '--once', 'source', 'destination'], { within: RAMFS }), {
      code: 0,
      stdout: /^kept$/,
      stderr: '',
    });
  },
);
