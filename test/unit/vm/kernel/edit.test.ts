import { existsSync } from 'node:fs';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { editKernel } from '../../../../vm/kernel/edit.ts';
import { exportKernel } from '../../../../vm/kernel/export.ts';
import { git } from '../../../../vm/kernel/git.ts';
import type { KernelSource } from '../../../../vm/kernel/source/source.ts';
import { fetchKernel } from '../../../../vm/kernel/source/fetch.ts';
import { fakeKernel, failureOf, type Fake } from './fake.ts';

async function contents(dir: string): Promise<Record<string, string>> {
  const names = (await readdir(dir)).toSorted();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')])),
  );
}

async function source(fake: Fake): Promise<KernelSource> {
  return fetchKernel({ source: fake.linux }, fake.ctx);
}

void t.test('a round trip changes nothing, byte for byte', async (test) => {
  const fake = await fakeKernel(test);
  const { ctx, seriesDir } = fake;
  const before = await contents(seriesDir);
  const dir = await editKernel({ source: await source(fake), dir: join(fake.dir, 'edit'), seriesDir }, ctx);
  const log = await git(dir, ['log', '--format=%an <%ae> %s'], ctx);
  test.same(log.trimEnd().split('\n'), [
    'A. Student <student@dirsync.example> x86: Wire up fake_call() as 3',
    'A. Student <student@dirsync.example> kernel: Add fake_call()',
    'dirsync <dirsync@localhost> Linux 6.1.99',
  ]);
  // Exported into a copy without patches, so that none of them can be merely left.
  const copy = join(fake.dir, 'exported');
  await cp(seriesDir, copy, { recursive: true, filter: (path) => !path.endsWith('.patch') });
  await exportKernel({ dir, seriesDir: copy }, ctx);
  test.same(await contents(copy), before);
});

void t.test('a commit more is a patch more; a commit less is a patch less', async (test) => {
  const fake = await fakeKernel(test);
  const { ctx, seriesDir } = fake;
  const before = await contents(seriesDir);
  const dir = await editKernel({ source: await source(fake), dir: join(fake.dir, 'edit'), seriesDir }, ctx);
  await writeFile(join(dir, 'kernel', 'more.c'), 'int more;\n');
  await git(dir, ['add', '.'], ctx);
  await git(dir, ['commit', '--quiet', '-m', 'kernel: Add more'], ctx);
  const names = await exportKernel({ dir, seriesDir }, ctx);
  test.equal(names.at(-1), '0003-kernel-Add-more.patch');
  test.match(
    await readFile(join(seriesDir, 'series'), 'utf8'),
    /^# The fake series\.\n0001.*\n0002.*\n0003.*\n$/,
  );
  test.match(
    await contents(seriesDir),
    { [names[0] ?? '']: before[names[0] ?? ''] },
    'the others stay as they were',
  );

  await git(dir, ['reset', '--quiet', '--hard', 'HEAD^'], ctx);
  await exportKernel({ dir, seriesDir }, ctx);
  test.same(await contents(seriesDir), before);
});

void t.test(
  'a new file is part of its commit, also where the source ignores all of the tree',
  async (test) => {
    const fake = await fakeKernel(test);
    const { ctx, seriesDir } = fake;
    await writeFile(join(fake.linux, '.gitignore'), '*.o\n/*\n!/debian/\n');
    const dir = await editKernel({ source: await source(fake), dir: join(fake.dir, 'edit'), seriesDir }, ctx);
    await writeFile(join(dir, 'kernel', 'more.c'), 'int more;\n');
    await writeFile(join(dir, 'kernel', 'more.o'), 'an object');
    await git(dir, ['add', '.'], ctx);
    await git(dir, ['commit', '--quiet', '-m', 'kernel: Add more'], ctx);
    const [name = ''] = (await exportKernel({ dir, seriesDir }, ctx)).slice(-1);
    const text = (await contents(seriesDir))[name] ?? '';
    test.match(text, /^\+int more;$/m);
    test.notMatch(text, /more\.o/, 'what a build leaves is still ignored');
  },
);

void t.test('work is never lost: an existing folder, and changes that are not committed', async (test) => {
  const fake = await fakeKernel(test);
  const { ctx, seriesDir } = fake;
  const options = { source: await source(fake), dir: join(fake.dir, 'edit'), seriesDir };
  await editKernel(options, ctx);
  test.equal((await failureOf(editKernel(options, ctx))).code, 'DIR_EXISTS');
  await fake.edit('edit/kernel/fork.c', 'fork_count++', 'fork_count--');
  const error = await failureOf(exportKernel({ dir: options.dir, seriesDir }, ctx));
  test.equal(error.code, 'UNCOMMITTED');
  test.match(error.found, /M kernel\/fork\.c/);
});

void t.test('a series that does not apply leaves no tree', async (test) => {
  const fake = await fakeKernel(test);
  const { ctx, seriesDir } = fake;
  await fake.edit('series/0001-kernel-Add-fake_call.patch', '-\tanswer = 41;', '-\tanswer = 40;');
  const dir = join(fake.dir, 'edit');
  const error = await failureOf(editKernel({ source: await source(fake), dir, seriesDir }, ctx));
  test.equal(error.code, 'PATCH_FAILED');
  test.match(error.found, /kernel\/main\.c/);
  test.notOk(existsSync(dir) || existsSync(`${dir}.unfinished`));
});

void t.test('exporting from a folder without a git tree', async (test) => {
  const fake = await fakeKernel(test);
  const error = await failureOf(exportKernel({ dir: fake.linux, seriesDir: fake.seriesDir }, fake.ctx));
  test.equal(error.code, 'NO_EDIT_TREE');
});
