import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FILE_TYPE, RENAME } from '../../../../userland/src/native/addon.ts';
import { addon, folder, isRoot, ODD_NAMES, pathOf } from './fixture.ts';

void t.test('directories and files are made and removed under odd names', async (t) => {
  for (const on of ['disk', 'tmpfs'] as const) {
    const { path, fd } = folder(t, on);
    for (const name of ODD_NAMES) {
      addon.mkdirAt(fd, name, 0o700);
      t.ok(lstatSync(pathOf(path, name)).isDirectory());
      t.throws(() => addon.mkdirAt(fd, name, 0o700), { code: 'EEXIST', syscall: 'mkdirat', path: name });
      t.throws(() => addon.unlinkAt(fd, name), { code: 'EISDIR' });
      addon.rmdirAt(fd, name);
      addon.symlinkAt(name, fd, name);
      t.equal(readlinkSync(pathOf(path, name), 'latin1'), name);
      t.equal(addon.readlinkAt(fd, name), name);
      addon.unlinkAt(fd, name);
    }
    t.strictSame(readdirSync(path), []);
  }
});

void t.test('a link target is taken as it is, up to the longest', async (t) => {
  const { fd } = folder(t, 'tmpfs');
  const longest = '/'.repeat(4095);
  addon.symlinkAt(longest, fd, 'long');
  t.equal(addon.readlinkAt(fd, 'long'), longest);
  t.throws(() => addon.symlinkAt(`${longest}/`, fd, 'longer'), { code: 'ENAMETOOLONG' });
  t.throws(() => addon.readlinkAt(fd, '.'), { code: 'EINVAL' });
});

void t.test('rename replaces, refuses or exchanges', async (t) => {
  const { path, fd } = folder(t);
  const put = (): void => {
    writeFileSync(join(path, 'a'), 'A');
    writeFileSync(join(path, 'b'), 'B');
  };
  const read = (name: string): string => readFileSync(join(path, name), 'utf8');
  put();
  addon.renameAt(fd, 'a', fd, 'b', RENAME.EXCHANGE);
  t.equal(read('a') + read('b'), 'BA');
  t.throws(() => addon.renameAt(fd, 'a', fd, 'b', RENAME.NOREPLACE), {
    code: 'EEXIST',
    syscall: 'renameat2',
  });
  addon.renameAt(fd, 'a', fd, 'b');
  t.equal(read('b'), 'B');
  t.strictSame(readdirSync(path), ['b']);
});

void t.test('a hard link is one of the symlink itself', async (t) => {
  const { path, fd } = folder(t);
  symlinkSync('nowhere', join(path, 'link'));
  addon.linkAt(fd, 'link', fd, 'again');
  t.equal(lstatSync(join(path, 'again')).ino, lstatSync(join(path, 'link')).ino);
});

void t.test('mode: all bits, and never through a symlink', async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'file'), '');
  symlinkSync('file', join(path, 'link'));
  addon.chmodAt(fd, 'file', 0o4751);
  t.equal(statSync(join(path, 'file')).mode & 0o7777, 0o4751);
  t.throws(() => addon.chmodAt(fd, 'link', 0o600), { code: 'EOPNOTSUPP' });
  t.equal(statSync(join(path, 'file')).mode & 0o7777, 0o4751);
  mkdirSync(join(path, 'dir'));
  const dir = addon.openDir(fd, 'dir');
  addon.chmodFd(dir, 0o1711);
  t.equal(addon.statFd(dir).mode, 0o1711);
  addon.close(dir);
});

void t.test('times are kept to the nanosecond, before 1970 and after 2038', async (t) => {
  for (const on of ['disk', 'tmpfs'] as const) {
    const { path, fd } = folder(t, on);
    writeFileSync(join(path, 'file'), '');
    symlinkSync('file', join(path, 'link'));
    const accessed = statSync(join(path, 'file'), { bigint: true }).atimeNs;
    for (const [sec, nsec] of [
      [1_700_000_000, 123_456_789],
      [-1, 999_999_999],
      [-2_000_000_000, 1],
      [2 ** 31 + 5, 7],
      [0, 0],
    ] as const) {
      for (const name of ['file', 'link']) {
        addon.utimesAt(fd, name, sec, nsec);
        t.match(
          addon.statAt(fd, name),
          { mtimeSec: sec, mtimeNsec: nsec },
          `${name} on ${on}: ${sec}.${nsec}`,
        );
      }
      addon.utimesFd(fd, sec, nsec);
      t.match(addon.statFd(fd), { mtimeSec: sec, mtimeNsec: nsec });
    }
    t.equal(statSync(join(path, 'file'), { bigint: true }).atimeNs, accessed, 'access time left alone');
  }
});

void t.test('a FIFO for everybody', async (t) => {
  const { fd } = folder(t);
  addon.mknodAt(fd, 'fifo', FILE_TYPE.FIFO, 0o600, 0, 0);
  t.match(addon.statAt(fd, 'fifo'), { type: FILE_TYPE.FIFO, mode: 0o600 });
});

void t.test('devices and owners', { skip: !isRoot && 'needs root' }, async (t) => {
  const { path, fd } = folder(t);
  addon.mknodAt(fd, 'null', FILE_TYPE.CHAR, 0o600, 1, 3);
  t.match(addon.statAt(fd, 'null'), { type: FILE_TYPE.CHAR, rdevMajor: 1, rdevMinor: 3 });
  addon.mknodAt(fd, 'disk', FILE_TYPE.BLOCK, 0o600, 259, 300_000);
  t.match(addon.statAt(fd, 'disk'), { type: FILE_TYPE.BLOCK, rdevMajor: 259, rdevMinor: 300_000 });
  writeFileSync(join(path, 'file'), '');
  symlinkSync('file', join(path, 'link'));
  addon.chownAt(fd, 'link', 1234, 70_000);
  t.match(addon.statAt(fd, 'link'), { uid: 1234, gid: 70_000 });
  t.match(addon.statAt(fd, 'file'), { uid: 0 }, 'not through the symlink');
  addon.chownFd(fd, 4_000_000_000, 5);
  t.match(addon.statFd(fd), { uid: 4_000_000_000, gid: 5 });
});
