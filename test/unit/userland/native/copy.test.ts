import { execaSync } from 'execa';
import {
  appendFileSync,
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CopyGroup } from '../../../../userland/src/native/addon.ts';
import { addon, folder, isRoot, ODD_NAMES, pathOf } from './fixture.ts';

const MiB = 1024 * 1024;

/** Bytes that repeat nowhere at a block's distance, so that a misplaced block shows. */
function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE((i * 2_654_435_761) >>> 0, i);
  return bytes;
}

void t.test('data, mode and time arrive, within and across file systems', async (t) => {
  for (const [from, to] of [
    ['disk', 'disk'],
    ['disk', 'tmpfs'],
    ['tmpfs', 'tmpfs'],
    ['tmpfs', 'disk'],
  ] as const) {
    const source = folder(t, from);
    const destination = folder(t, to);
    for (const size of [0, 1, 65_536, 65_537, 3 * MiB + 5]) {
      const data = pattern(size);
      writeFileSync(join(source.path, 'file'), data);
      addon.chmodAt(source.fd, 'file', 0o4750);
      addon.utimesAt(source.fd, 'file', -3, 5);
      const result = await addon.copyFile(source.fd, 'file', destination.fd, '.tmp', { finalName: 'copy' });
      t.match(result, { changed: false, bytes: size, source: { size, mtimeSec: -3, mtimeNsec: 5 } });
      t.ok(readFileSync(join(destination.path, 'copy')).equals(data), `${size} bytes, ${from} to ${to}`);
      t.match(addon.statAt(destination.fd, 'copy'), { mode: 0o4750, mtimeSec: -3, mtimeNsec: 5, size });
      t.strictSame(readdirSync(destination.path), ['copy']);
    }
  }
});

void t.test('how much the running copies have moved can be asked', async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'slow'), pattern(MiB));
  t.equal(addon.bytesInFlight(), 0);
  addon.setCopyRate(4 * MiB);
  t.teardown(() => addon.setCopyRate(0));
  let most = 0;
  const look = setInterval(() => (most = Math.max(most, addon.bytesInFlight())), 1);
  await addon.copyFile(fd, 'slow', fd, 'copy');
  clearInterval(look);
  t.ok(most > 0 && most <= MiB, `${most} bytes were seen under way`);
  t.equal(addon.bytesInFlight(), 0, 'a finished copy is not in flight');
});

void t.test(
  'large files within a file system go by copy_file_range or clone, small ones by hand',
  async (t) => {
    const { path, fd } = folder(t);
    writeFileSync(join(path, 'large'), pattern(9 * MiB));
    writeFileSync(join(path, 'small'), 'x');
    t.not((await addon.copyFile(fd, 'large', fd, 'copy')).method, 'readwrite');
    t.equal((await addon.copyFile(fd, 'small', fd, 'copy2')).method, 'readwrite');
  },
);

void t.test('holes stay holes, at the start, inside and at the end', async (t) => {
  for (const [from, to] of [
    ['disk', 'disk'],
    ['tmpfs', 'disk'],
    ['disk', 'tmpfs'],
  ] as const) {
    const source = folder(t, from);
    const destination = folder(t, to);
    const file = openSync(join(source.path, 'sparse'), 'w');
    writeSync(file, pattern(8192), 0, 8192, 10 * MiB);
    writeSync(file, pattern(100), 0, 100, 30 * MiB);
    ftruncateSync(file, 50 * MiB + 1);
    closeSync(file);
    const { bytes } = await addon.copyFile(source.fd, 'sparse', destination.fd, 'copy');
    t.ok(bytes < MiB, `${bytes} bytes moved`);
    t.ok((addon.statAt(destination.fd, 'copy')?.blocks ?? Infinity) * 512 < MiB, `${from} to ${to}`);
    const both = [source, destination].map(({ path }, i) =>
      readFileSync(join(path, ['sparse', 'copy'][i] ?? '')),
    );
    t.ok(both[0]?.equals(both[1] ?? Buffer.alloc(0)));
  }
});

void t.test('a file of nothing but a hole', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  closeSync(openSync(join(path, 'hole'), 'w'));
  execaSync('truncate', ['-s', '5T', join(path, 'hole')]);
  t.match(await addon.copyFile(fd, 'hole', fd, 'copy'), { bytes: 0 });
  t.match(addon.statAt(fd, 'copy'), { size: 5 * 2 ** 40, blocks: 0 });
});

void t.test('odd names, and the longest', async (t) => {
  const { path, fd } = folder(t);
  for (const name of ODD_NAMES) {
    writeFileSync(pathOf(path, name), name);
    await addon.copyFile(fd, name, fd, '.t', { finalName: name });
    t.equal(readFileSync(pathOf(path, name), 'utf8'), name);
  }
});

void t.test('what is no regular file is refused at once', async (t) => {
  const { path, fd } = folder(t);
  execaSync('mkfifo', [join(path, 'fifo')]);
  mkdirSync(join(path, 'dir'));
  writeFileSync(join(path, 'file'), '');
  symlinkSync('file', join(path, 'link'));
  await t.rejects(addon.copyFile(fd, 'fifo', fd, '.t'), {
    code: 'EINVAL',
    syscall: 'copyFile',
    path: 'fifo',
  });
  await t.rejects(addon.copyFile(fd, 'dir', fd, '.t'), { code: 'EINVAL' });
  await t.rejects(addon.copyFile(fd, 'link', fd, '.t'), { code: 'ELOOP' });
  await t.rejects(addon.copyFile(fd, 'absent', fd, '.t'), {
    code: 'ENOENT',
    syscall: 'openat',
    path: 'absent',
  });
  t.strictSame(readdirSync(path).toSorted(), ['dir', 'fifo', 'file', 'link']);
});

void t.test('a failure leaves no temporary file, and what was there', async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'file'), 'new');
  mkdirSync(join(path, 'taken'));
  await t.rejects(addon.copyFile(fd, 'file', fd, '.t', { finalName: 'taken' }), {
    code: 'EISDIR',
    path: 'taken',
  });
  writeFileSync(join(path, 'mine'), 'old');
  await t.rejects(addon.copyFile(fd, 'file', fd, 'mine'), { code: 'EEXIST', path: 'mine' });
  t.equal(readFileSync(join(path, 'mine'), 'utf8'), 'old');
  symlinkSync('nowhere', join(path, 'trap'));
  await t.rejects(addon.copyFile(fd, 'file', fd, 'trap'), { code: 'EEXIST' });
  t.strictSame(readdirSync(path).toSorted(), ['file', 'mine', 'taken', 'trap']);
});

void t.test('a source that is written to meanwhile is noticed, and not published', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  const source = join(path, 'file');
  writeFileSync(source, pattern(64 * MiB));
  // A busy machine may let a whole copy pass between two writes; that one is right to be published.
  let result = { changed: false };
  for (let attempt = 0; attempt < 50 && !result.changed; attempt += 1) {
    writeFileSync(join(path, 'copy'), 'old');
    const state = { running: true };
    const copy = addon.copyFile(fd, 'file', fd, '.t', { finalName: 'copy' }).finally(() => {
      state.running = false;
    });
    while (state.running) {
      appendFileSync(source, 'x');
      await new Promise((resolve) => setImmediate(resolve));
    }
    result = await copy;
  }
  t.equal(result.changed, true);
  t.strictSame(readdirSync(path).toSorted(), ['copy', 'file']);
  t.equal(readFileSync(join(path, 'copy'), 'utf8'), 'old');
});

void t.test('cancelled copies end soon and leave nothing; those of others go on', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  writeFileSync(join(path, 'file'), pattern(16 * MiB));
  const [one, other] = [addon.copyGroup(), addon.copyGroup()];
  const start = (name: string, group?: CopyGroup) => addon.copyFile(fd, 'file', fd, name, {}, group);
  const copies = Array.from({ length: 32 }, (_, i) => start(`.t${i}`, one));
  const others = Array.from({ length: 16 }, (_, i) => start(`.o${i}`, i % 2 === 0 ? other : undefined));
  addon.cancelCopies(one);
  const results = await Promise.allSettled(copies);
  const reasons = results.filter((copy) => copy.status === 'rejected').map((copy): unknown => copy.reason);
  t.ok(reasons.length > 0);
  t.match(
    reasons,
    Array.from(reasons, () => ({ code: 'ECANCELED' })),
  );
  for (const copy of await Promise.all(others)) t.match(copy, { changed: false });
  const left = 1 + copies.length - reasons.length + others.length;
  t.equal(readdirSync(path).length, left, 'only what was finished before, and the copies of others');
  await t.rejects(start('.t', one), { code: 'ECANCELED' }, 'a cancelled group stays cancelled');
});

void t.test('the caller may close its directories while copies wait', async (t) => {
  const { path } = folder(t);
  writeFileSync(join(path, 'file'), pattern(MiB));
  const before = readdirSync('/proc/self/fd').length;
  const fd = addon.openRoot(path);
  const copies = Array.from({ length: 20 }, (_, i) =>
    addon.copyFile(fd, 'file', fd, `.t${i}`, { finalName: `c${i}` }),
  );
  addon.close(fd);
  await Promise.all(copies);
  t.equal(readdirSync(path).length, 21);
  t.equal(readdirSync('/proc/self/fd').length, before, 'and no descriptor is left');
});

void t.test('options: mode, fsync, xattrs', async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'file'), 'x');
  addon.setXattr(fd, 'file', 'user.a', Buffer.from('1'));
  await addon.copyFile(fd, 'file', fd, 'plain', { mode: 0o600 });
  t.match(addon.statAt(fd, 'plain'), { mode: 0o600 });
  t.strictSame(addon.listXattrs(fd, 'plain'), []);
  await addon.copyFile(fd, 'file', fd, '.t', { xattrs: true, fsync: true, finalName: 'full' });
  t.strictSame(addon.getXattr(fd, 'full', 'user.a')?.toString(), '1');
});

void t.test('the owner is kept for root', { skip: !isRoot && 'needs root' }, async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'file'), 'x');
  addon.chownAt(fd, 'file', 1000, 2000);
  addon.chmodAt(fd, 'file', 0o6755);
  await addon.copyFile(fd, 'file', fd, 'with', { owner: true });
  await addon.copyFile(fd, 'file', fd, 'without');
  t.match(addon.statAt(fd, 'with'), { uid: 1000, gid: 2000, mode: 0o6755 });
  t.match(addon.statAt(fd, 'without'), { uid: 0, gid: 0 });
});

void t.test(
  'a full disk is an error, and the space comes back',
  { skip: !isRoot && 'needs root' },
  async (t) => {
    const { path, fd } = folder(t);
    mkdirSync(join(path, 'small'));
    execaSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'dirsync-test', join(path, 'small')]);
    t.teardown(() => execaSync('umount', ['-l', join(path, 'small')]));
    const small = addon.openDir(fd, 'small');
    writeFileSync(join(path, 'file'), pattern(3 * MiB));
    await t.rejects(addon.copyFile(fd, 'file', small, '.t', { finalName: 'copy' }), {
      code: 'ENOSPC',
      path: '.t',
    });
    t.strictSame(addon.listDir(small), []);
    addon.close(small);
    t.equal(statSync(join(path, 'file')).size, 3 * MiB);
  },
);
