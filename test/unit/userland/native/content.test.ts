import {
  closeSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { addon, folder } from './fixture.ts';

const SIZES = [0, 1, 131_071, 131_072, 131_073, 1_000_000];

void t.test('files are the same when all bytes are', async (t) => {
  const [a, b] = [folder(t), folder(t, 'tmpfs')];
  for (const size of SIZES) {
    const data = Buffer.alloc(size, 'x');
    writeFileSync(join(a.path, 'file'), data);
    writeFileSync(join(b.path, 'file'), data);
    t.equal(await addon.sameContent(a.fd, 'file', b.fd), true, `${size} bytes`);
    for (const at of new Set([0, size >> 1, size - 1]).values()) {
      if (size === 0) continue;
      const other = Buffer.from(data);
      other[at] = 0;
      writeFileSync(join(b.path, 'file'), other);
      t.equal(await addon.sameContent(a.fd, 'file', b.fd), false, `another byte at ${at} of ${size}`);
    }
    writeFileSync(join(b.path, 'file'), Buffer.alloc(size + 1, 'x'));
    t.equal(await addon.sameContent(a.fd, 'file', b.fd), false, 'a byte more');
  }
});

/** A TiB with some bytes in its middle. */
function sparse(path: string, text: string): void {
  const file = openSync(join(path, 'sparse'), 'w');
  ftruncateSync(file, 2 ** 40);
  writeSync(file, text, 2 ** 39);
  closeSync(file);
}

void t.test('a hole is the same as zeros, and a TiB of holes takes no time', async (t) => {
  const [a, b] = [folder(t), folder(t, 'tmpfs')];
  sparse(a.path, 'data');
  sparse(b.path, 'data');
  t.equal(await addon.sameContent(a.fd, 'sparse', b.fd), true);
  sparse(b.path, 'DATA');
  t.equal(await addon.sameContent(a.fd, 'sparse', b.fd), false);
  writeFileSync(join(a.path, 'zeros'), Buffer.alloc(300_000));
  const file = openSync(join(b.path, 'zeros'), 'w');
  ftruncateSync(file, 300_000);
  closeSync(file);
  t.equal(await addon.sameContent(a.fd, 'zeros', b.fd), true);
});

void t.test('what is no regular file is an error, and nothing waits for a writer', async (t) => {
  const { path, fd } = folder(t);
  execaSync('mkfifo', [join(path, 'fifo')]);
  mkdirSync(join(path, 'directory'));
  symlinkSync('fifo', join(path, 'symlink'));
  await t.rejects(addon.sameContent(fd, 'fifo', fd), { code: 'EINVAL', path: 'fifo' });
  await t.rejects(addon.sameContent(fd, 'directory', fd), { code: 'EINVAL' });
  await t.rejects(addon.sameContent(fd, 'symlink', fd), { code: 'ELOOP' });
  await t.rejects(addon.sameContent(fd, 'absent', fd), { code: 'ENOENT', syscall: 'openat' });
});

void t.test('a comparison can be cancelled', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  writeFileSync(join(path, 'file'), Buffer.alloc(16 << 20));
  const [group, other] = [addon.copyGroup(), addon.copyGroup()];
  const all = Array.from({ length: 64 }, () => addon.sameContent(fd, 'file', fd, group));
  const another = addon.sameContent(fd, 'file', fd, other);
  addon.cancelCopies(group);
  const results = await Promise.allSettled(all);
  t.equal(await another, true, 'one of another group goes on');
  t.ok(results.some((one) => one.status === 'rejected'));
});
