/** `--xattrs`: extended attributes and ACLs, once and live. */
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

/** All attributes of a tree, as getfattr prints them. */
function attributes(root: string): string {
  return execaSync(
    'getfattr',
    ['-R', '-h', '-d', '-m', '^(user|trusted|security[.]capability|system)', '.'],
    {
      cwd: root,
      env: { LC_ALL: 'C' },
    },
  ).stdout;
}

function sorted(text: string): string {
  return text.split('\n\n').toSorted().join('\n\n');
}

function set(path: string, name: string, value: string): void {
  execaSync('setfattr', ['-h', '-n', name, '-v', value, path]);
}

function acl(path: string, ...args: string[]): void {
  execaSync('setfacl', [...args, path]);
}

/** Null when the attributes are equal on both sides, else both. */
function unequal(lab: Lab): string | null {
  const [a, b] = [sorted(attributes(lab.source)), sorted(attributes(lab.destination))];
  return a === b ? null : `${a}\n--- expected, found:\n${b}`;
}

const possible = ['getfattr', 'setfattr', 'setfacl'].every(
  (name) => execaSync('sh', ['-c', `command -v ${name}`], { reject: false }).exitCode === 0,
);
const skip = possible ? ROOT_ONLY : 'needs the packages attr and acl';

void t.test('once: set, changed and removed, on every kind of entry', { skip }, async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(join(source, 'directory'));
  writeFileSync(join(source, 'directory/inherits'), 'x');
  writeFileSync(join(source, 'file'), 'content');
  symlinkSync('file', join(source, 'symlink'));
  execaSync('mkfifo', [join(source, 'fifo')]);
  set(join(source, 'file'), 'user.empty', '');
  set(join(source, 'file'), 'user.binary', '0x00ff0a00');
  set(join(source, 'file'), 'user.large', 'x'.repeat(2000));
  set(join(source, 'directory'), 'user.directory', 'yes');
  set(source, 'user.root', 'yes');
  for (const name of ['file', 'symlink', 'fifo', 'directory'])
    set(join(source, name), 'trusted.trusted', name);
  execaSync('setcap', ['cap_net_raw+ep', join(source, 'file')], { reject: false });
  acl(join(source, 'file'), '-m', 'u:1234:rw,g:5678:r');
  acl(join(source, 'directory'), '-m', 'u:1234:rwx', '-d', '-m', 'u:1234:rx,g::-');
  // An ACL's mask shows as the group's bits of the mode.
  chmodSync(join(source, 'file'), 0o600);
  t.match(await lab.once('-X'), { code: 0, stderr: '' });
  t.equal(unequal(lab), null);
  t.strictSame(compareTrees(source, destination), []);
  t.equal((await lab.once('-X', '-v')).stdout, 'Directory synchronization completed.');

  const before = lstatSync(join(destination, 'file'));
  execaSync('setfattr', ['-x', 'user.binary', join(source, 'file')]);
  execaSync('setfattr', ['-x', 'user.root', source]);
  set(join(source, 'file'), 'user.empty', 'no longer');
  acl(join(source, 'directory'), '-b');
  acl(join(source, 'file'), '-x', 'u:1234');
  set(join(destination, 'file'), 'user.extra', 'x');
  set(join(destination, 'symlink'), 'trusted.extra', 'x');
  t.match(await lab.once('--xattrs'), { code: 0, stderr: '' });
  t.equal(unequal(lab), null);
  t.strictSame(compareTrees(source, destination), []);
  t.equal(lstatSync(join(destination, 'file')).ino, before.ino, 'no data was copied for it');
});

void t.test('without the option they are left alone', { skip }, async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), '');
  await lab.once();
  set(join(lab.source, 'file'), 'user.a', '1');
  set(join(lab.destination, 'file'), 'user.b', '2');
  t.equal((await lab.once('-v')).stdout, 'Directory synchronization completed.');
});

void t.test('live', { skip }, async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(join(source, 'directory'));
  writeFileSync(join(source, 'file'), 'content');
  const live = await lab.watch(t, ['-X']);
  const before = lstatSync(join(destination, 'file')).ino;
  const steps: readonly (readonly [string, () => void])[] = [
    ['an attribute', () => set(join(source, 'file'), 'user.a', '1')],
    ['its removal', () => execaSync('setfattr', ['-x', 'user.a', join(source, 'file')])],
    ['an ACL', () => acl(join(source, 'file'), '-m', 'u:1234:r')],
    ['chmod after it', () => chmodSync(join(source, 'file'), 0o640)],
    ['a default ACL', () => acl(join(source, 'directory'), '-d', '-m', 'u:1234:r')],
    ['a file that inherits it', () => writeFileSync(join(source, 'directory/new'), 'new')],
    ['of the root', () => set(source, 'user.root', '1')],
  ];
  for (const [what, change] of steps) {
    change();
    t.equal(await waitFor(() => unequal(lab)), null, what);
    t.strictSame(await live.settled(), [], what);
  }
  t.equal(lstatSync(join(destination, 'file')).ino, before, 'no data was copied for any of it');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

/** A file system that has no extended attributes. */
const ON_RAMFS = 'mount -t ramfs ramfs destination && "$@"';

void t.test('a destination without attributes is told of once', { skip }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(lab.destination);
  for (const name of ['a', 'b', 'c']) {
    writeFileSync(join(lab.source, name), name);
    utimesSync(join(lab.source, name), 1000, 1000);
    set(join(lab.source, name), 'user.a', '1');
  }
  const within = ['unshare', '--mount', 'sh', '-ec', `${ON_RAMFS}; ls destination`, 'sh'];
  const { code, stdout, stderr } = await lab.run(['-X', '-q', '--once', 'source', 'destination'], { within });
  t.equal(code, 0);
  t.match(stdout, /^a\nb\nc$/);
  t.match(stderr, /^dirsync: copy extended attributes: [^\n]*$/, 'one line');
  t.ok(statSync(lab.source).isDirectory() && readdirSync(lab.source).length === 3);
});
