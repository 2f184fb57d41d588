import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { Header } from 'tar';
import { Cache } from '../../../../../vm/cache.ts';
import { fetchKernel } from '../../../../../vm/kernel/source/fetch.ts';
import { unpackTarball } from '../../../../../vm/kernel/source/unpack.ts';
import { fakeKernel, failureOf } from '../fake.ts';

interface Entry {
  readonly path: string;
  readonly type: 'File' | 'SymbolicLink' | 'Link' | 'Directory';
  readonly linkpath?: string;
}

/** A tarball with entries that tar(1) would not write. */
async function craft(path: string, entries: readonly Entry[]): Promise<string> {
  const blocks = entries.flatMap((entry) => {
    const content = entry.type === 'File' ? 'evil\n' : '';
    const header = new Header({ ...entry, mode: 0o755, size: content.length, mtime: new Date(0) });
    const block = Buffer.alloc(512);
    header.encode(block, 0);
    const body = Buffer.alloc(content === '' ? 0 : 512);
    body.write(content);
    return [block, body];
  });
  await writeFile(path, Buffer.concat([...blocks, Buffer.alloc(1024)]));
  return path;
}

void t.test('what lies below the top folder is unpacked, links and modes included', async (test) => {
  const fake = await fakeKernel(test);
  await execa('ln', ['-s', '../../kernel/fork.c', join(fake.linux, 'scripts', 'kconfig', 'link')]);
  for (const flag of ['-cJf', '-czf', '-cf']) {
    const suffix = { '-cJf': 'tar.xz', '-czf': 'tar.gz', '-cf': 'tar' }[flag] ?? '';
    const tarball = join(fake.dir, `linux.${suffix}`);
    await execa('tar', ['-C', fake.dir, flag, tarball, 'linux']);
    const dest = join(fake.dir, `out-${suffix}`);
    await unpackTarball(tarball, dest, fake.ctx);
    const { stdout } = await execa('diff', ['-r', fake.linux, dest]);
    test.equal(stdout, '', suffix);
    test.equal(await readlink(join(dest, 'scripts/kconfig/link')), '../../kernel/fork.c');
  }
});

const ESCAPES: Readonly<Record<string, readonly Entry[]>> = {
  'a path that climbs': [{ path: 'linux/../../evil', type: 'File' }],
  'an absolute path': [{ path: '/tmp/dirsync-evil', type: 'File' }],
  'a link that climbs': [{ path: 'linux/link', type: 'SymbolicLink', linkpath: '../../evil' }],
  'an absolute link': [{ path: 'linux/link', type: 'SymbolicLink', linkpath: '/etc' }],
  'a hard link that climbs': [{ path: 'linux/link', type: 'Link', linkpath: '../../etc/passwd' }],
};

for (const [name, entries] of Object.entries(ESCAPES)) {
  void t.test(`refused: ${name}`, async (test) => {
    const fake = await fakeKernel(test);
    const tarball = await craft(join(fake.dir, 'evil.tar'), entries);
    const error = await failureOf(fetchKernel({ source: tarball }, fake.ctx));
    test.equal(error.code, 'TARBALL_ESCAPES');
    test.notOk(existsSync(join(fake.dir, 'evil')) || existsSync('/tmp/dirsync-evil'));
    test.notOk(existsSync(join(fake.ctx.cache.root, 'kernel-source')), 'nothing is published');
    test.same(await readdir(join(fake.ctx.cache.root, 'scratch')), []);
  });
}

void t.test('an entry below a link is not written through it', async (test) => {
  const fake = await fakeKernel(test);
  const tarball = await craft(join(fake.dir, 'evil.tar'), [
    { path: 'linux/real', type: 'Directory' },
    { path: 'linux/link', type: 'SymbolicLink', linkpath: 'real' },
    { path: 'linux/link/file', type: 'File' },
  ]);
  const error = await failureOf(unpackTarball(tarball, join(fake.dir, 'out'), fake.ctx));
  test.equal(error.code, 'TARBALL_ESCAPES');
  test.same(await readdir(join(fake.dir, 'out', 'real')), []);
});

void t.test('a tarball that ends early, or is none', async (test) => {
  const fake = await fakeKernel(test);
  const whole = join(fake.dir, 'linux.tar.xz');
  await execa('tar', ['-C', fake.dir, '-cJf', whole, 'linux']);
  const bytes = await readFile(whole);
  const codeOf = async (name: string, content: Buffer | string): Promise<string> => {
    const path = join(fake.dir, name);
    await writeFile(path, content);
    return (await failureOf(unpackTarball(path, join(fake.dir, `out-${name}`), fake.ctx))).code;
  };
  test.equal(await codeOf('short.tar.xz', bytes.subarray(0, bytes.length / 2)), 'TARBALL_BROKEN');
  test.equal(await codeOf('text.tar.xz', 'no archive'), 'TARBALL_BROKEN');
  test.equal(await codeOf('text.tar', 'no archive'), 'TARBALL_BROKEN');
  test.equal(await codeOf('empty.tar', ''), 'TARBALL_BROKEN');
});

/** A tmpfs of this size, or undefined where we may not mount. */
async function smallDisk(test: Test, dir: string, size: string): Promise<string | undefined> {
  const disk = join(dir, 'disk');
  await mkdir(disk);
  const mount = await execa('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'dirsync-unit', disk], {
    reject: false,
  });
  if (mount.failed) return undefined;
  test.teardown(() => execa('umount', [disk]));
  return disk;
}

void t.test('a full disk is called so, and nothing half is published', async (test) => {
  const fake = await fakeKernel(test);
  await writeFile(join(fake.linux, 'large'), Buffer.alloc(4 << 20));
  const tarball = join(fake.dir, 'linux.tar.xz');
  await execa('tar', ['-C', fake.dir, '-cJf', tarball, 'linux']);
  const disk = await smallDisk(test, fake.dir, '1m');
  if (disk === undefined) {
    test.pass('a small disk', { skip: 'only root may mount one' });
    return;
  }
  const ctx = { ...fake.ctx, cache: await Cache.open(join(disk, 'cache')) };
  for (const source of [tarball, fake.linux]) {
    const error = await failureOf(fetchKernel({ source }, ctx));
    test.equal(error.code, 'DISK_FULL');
    test.match(error.hint, /DIRSYNC_CACHE_DIR/);
    test.notOk(existsSync(join(disk, 'cache', 'kernel-source')));
    test.same(await readdir(join(disk, 'cache', 'scratch')), [], 'the space is given back');
  }
});
