import { execaSync } from 'execa';
import { linkSync, lstatSync, mkdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { AT_FDCWD, FILE_TYPE } from '../../../../userland/src/native/addon.ts';
import { addon, folder, ODD_NAMES, pathOf } from './fixture.ts';

void t.test('statAt tells what lstat tells, and more', async (t) => {
  for (const on of ['disk', 'tmpfs'] as const) {
    const { path, fd } = folder(t, on);
    writeFileSync(join(path, 'file'), 'hello', { mode: 0o640 });
    linkSync(join(path, 'file'), join(path, 'second'));
    symlinkSync('file', join(path, 'link'));
    mkdirSync(join(path, 'dir'));
    for (const name of ['file', 'link', 'dir']) {
      const wanted = lstatSync(join(path, name), { bigint: true });
      t.match(addon.statAt(fd, name), {
        mode: Number(wanted.mode) & 0o7777,
        uid: Number(wanted.uid),
        gid: Number(wanted.gid),
        nlink: Number(wanted.nlink),
        size: Number(wanted.size),
        blocks: Number(wanted.blocks),
        ino: wanted.ino,
        mtimeSec: Number(wanted.mtimeNs / 1_000_000_000n),
        mtimeNsec: Number(wanted.mtimeNs % 1_000_000_000n),
        ctimeSec: Number(wanted.ctimeNs / 1_000_000_000n),
        ctimeNsec: Number(wanted.ctimeNs % 1_000_000_000n),
      });
    }
    t.equal(addon.statAt(fd, 'link')?.type, FILE_TYPE.SYMLINK);
    t.equal(addon.statAt(fd, 'link', true)?.type, FILE_TYPE.REGULAR, 'followed when asked');
    t.equal(addon.statAt(fd, 'file')?.dev, addon.statFd(fd).dev);
    t.equal(addon.statAt(fd, 'absent'), null);
  }
});

void t.test('sizes beyond 4 GiB, and device numbers', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  writeFileSync(join(path, 'huge'), '');
  truncateSync(join(path, 'huge'), 5_000_000_000_001);
  t.equal(addon.statAt(fd, 'huge')?.size, 5_000_000_000_001);
  t.match(addon.statAt(AT_FDCWD, '/dev/null'), { type: FILE_TYPE.CHAR, rdevMajor: 1, rdevMinor: 3 });
});

void t.test('listDir gives each name once, with its type, however often', async (t) => {
  for (const on of ['disk', 'tmpfs'] as const) {
    const { path, fd } = folder(t, on);
    for (const name of ODD_NAMES) writeFileSync(pathOf(path, name), '');
    mkdirSync(join(path, 'dir'));
    symlinkSync('nowhere', join(path, 'link'));
    execaSync('mkfifo', [join(path, 'fifo')]);
    const server = createServer().listen(join(path, 'socket'));
    t.teardown(() => server.close());
    const wanted = new Map<string, number>(ODD_NAMES.map((name) => [name, FILE_TYPE.REGULAR]));
    wanted.set('dir', FILE_TYPE.DIRECTORY).set('link', FILE_TYPE.SYMLINK);
    wanted.set('fifo', FILE_TYPE.FIFO).set('socket', FILE_TYPE.SOCKET);
    for (let round = 0; round < 2; round += 1) {
      const entries = addon.listDir(fd);
      t.equal(entries.length, wanted.size);
      t.strictSame(new Map(entries.map((entry) => [entry.name, entry.type])), wanted);
    }
  }
});

void t.test('odd names are opened and looked at by their bytes', async (t) => {
  const { path, fd } = folder(t);
  for (const name of ODD_NAMES) {
    writeFileSync(pathOf(path, name), name, 'latin1');
    const file = addon.openFile(fd, name);
    t.equal(addon.statFd(file).ino, statSync(pathOf(path, name), { bigint: true }).ino);
    addon.close(file);
  }
});

void t.test(
  'opening follows no symlink, hangs on no FIFO, and leaves no descriptor to children',
  async (t) => {
    const { path, fd } = folder(t);
    mkdirSync(join(path, 'dir'));
    symlinkSync('dir', join(path, 'link'));
    execaSync('mkfifo', [join(path, 'fifo')]);
    t.throws(() => addon.openDir(fd, 'link'), { code: 'ENOTDIR', syscall: 'openat', path: 'link' });
    t.throws(() => addon.openFile(fd, 'link'), { code: 'ELOOP' });
    t.throws(() => addon.openDir(fd, 'absent'), { code: 'ENOENT', errno: -2 });
    addon.close(addon.openFile(fd, 'fifo'));
    const dir = addon.openDir(fd, 'dir');
    const { stdout } = execaSync('sh', ['-c', `test -e /proc/self/fd/${dir} || echo closed`]);
    t.equal(stdout, 'closed');
    addon.close(dir);
    t.throws(() => addon.close(dir), { code: 'EBADF', syscall: 'close' });
  },
);

void t.test('names that would leave the directory are refused', async (t) => {
  const { fd } = folder(t);
  for (const name of ['', '..', 'a/b', '/etc/passwd', 'a\0b'])
    t.throws(() => addon.statAt(fd, name), { code: 'EINVAL', syscall: 'statAt' });
  t.throws(() => addon.statAt(fd, 'x'.repeat(256)), { code: 'ENAMETOOLONG' });
  t.throws(() => addon.statAt(fd, 'x'.repeat(5000)), { code: 'ENAMETOOLONG' });
  t.throws(() => addon.statAt(fd, '中'), TypeError, 'a char above 0xff is no byte');
});

void t.test('one lock holder at a time', async (t) => {
  const { path, fd } = folder(t);
  const other = addon.openRoot(path);
  t.equal(addon.tryLock(fd), true);
  t.equal(addon.tryLock(other), false);
  addon.close(other);
  t.throws(() => addon.tryLock(other), { code: 'EBADF' });
});
