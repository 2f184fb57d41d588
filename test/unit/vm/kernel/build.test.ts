import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { runTool } from '../../../../vm/host/tool.ts';
import { fakeKernel, failureOf, outcomes, type Fake } from './fake.ts';

/** The only work folder of the cache. */
async function workDir(fake: Fake): Promise<string> {
  const names = await readdir(join(fake.ctx.cache.root, 'work'));
  return join(fake.ctx.cache.root, 'work', names[0] ?? '');
}

async function assertNothingPublished(test: Test, fake: Fake): Promise<void> {
  test.notOk(existsSync(join(fake.ctx.cache.root, 'kernel')), 'nothing is published');
  test.same(await readdir(join(fake.ctx.cache.root, 'scratch')), [], 'nothing is left in scratch');
}

/** A PATH on which only these programs are found. */
async function pathOf(dir: string, names: readonly string[]): Promise<string> {
  await mkdir(dir);
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const name of names) {
    const folder = folders.find((candidate) => existsSync(join(candidate, name)));
    if (folder !== undefined) await symlink(join(folder, name), join(dir, name));
  }
  return dir;
}

void t.test(
  'a build goes through all stages and is then a hit that needs no tool but the versions',
  async (test) => {
    const fake = await fakeKernel(test);
    const built = await fake.build();
    test.same(outcomes(fake.events), ['fetch: done', 'patch: done', 'configure: done', 'build: done']);
    test.equal(built.hit, false);
    test.equal(built.release, '6.1.99');
    test.match(await readFile(built.config, 'utf8'), /^CONFIG_FAKE_DISK=y$/m);
    test.match(await readFile(built.systemMap, 'utf8'), / fake_call$/m, 'the patch is in');
    for (const file of [built.bzImage, built.vmlinux]) test.ok((await stat(file)).size > 0);
    test.equal(built.manifest.source.version, '6.1.99');
    test.same(built.manifest.changed, [
      'arch/x86/entry/syscalls/syscall_64.tbl',
      'include/uapi/linux/fake.h',
      'kernel/fake.c',
      'kernel/main.c',
    ]);

    const path = process.env['PATH'];
    test.teardown(() => {
      process.env['PATH'] = path;
    });
    fake.events.length = 0;
    process.env['PATH'] = await pathOf(join(fake.dir, 'bin'), ['gcc', 'ld', 'ccache', 'find']);
    const again = await fake.build();
    test.same(outcomes(fake.events), ['fetch: done', 'build: cached']);
    test.same({ ...again, hit: false }, built);
  },
);

void t.test('a changed patch rebuilds what depends on it and nothing else', async (test) => {
  const fake = await fakeKernel(test);
  const first = await fake.build();
  const objects = join(await workDir(fake), 'linux', 'build', 'kernel');
  const before = await stat(join(objects, 'fork.o'));
  const source = await stat(join(fake.linux, 'kernel', 'main.c'));
  await fake.edit('series/0001-kernel-Add-fake_call.patch', '+\tanswer = 42;', '+\tanswer = 43;');
  fake.events.length = 0;
  const second = await fake.build();
  test.same(outcomes(fake.events), ['fetch: done', 'patch: done', 'configure: cached', 'build: done']);
  test.not(second.key, first.key);
  test.not(second.manifest.files['bzImage'], first.manifest.files['bzImage']);
  test.equal((await stat(join(objects, 'fork.o'))).mtimeMs, before.mtimeMs, 'fork.o was left alone');
  const steps = fake.events.flatMap((e) =>
    e.kind === 'stage.progress' && e.stage === 'build' ? [e.detail] : [],
  );
  test.same(steps, ['kernel/main.o', 'vmlinux', 'arch/x86/boot/bzImage']);
  test.equal((await stat(join(fake.linux, 'kernel', 'main.c'))).mtimeMs, source.mtimeMs);
  test.match(
    await readFile(join(fake.linux, 'kernel', 'main.c'), 'utf8'),
    /answer = 41/,
    'the source is pristine',
  );
});

/** A patch as `git format-patch` writes it that creates `path` with one line. */
function creating(path: string, line: string): string {
  return `Subject: [PATCH] ${path}\n---\n\ndiff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n-- \n2.39.5\n`;
}

void t.test('selftests and documentation make no other kernel, and are in the next one', async (test) => {
  const fake = await fakeKernel(test);
  const first = await fake.build();
  const paths = ['tools/testing/selftests/fake/Makefile', 'Documentation/fake.rst'];
  const names = ['0003-selftests.patch', '0004-Documentation.patch'];
  for (const [index, path] of paths.entries()) {
    await writeFile(join(fake.seriesDir, names[index] ?? ''), creating(path, 'first'));
  }
  await fake.edit('series/series', '0002-x86', `${names.join('\n')}\n0002-x86`);
  fake.events.length = 0;
  const same = await fake.build();
  test.same(outcomes(fake.events), ['fetch: done', 'build: cached']);
  test.same({ ...same, hit: false }, first);

  const [selftests = ''] = names;
  await fake.edit(`series/${selftests}`, '@@ -0,0 +1 @@\n', '@@ -1 +1 @@\n-gone\n');
  test.equal((await failureOf(fake.build())).code, 'PATCH_FAILED', 'but have to apply');
  await fake.edit(`series/${selftests}`, '@@ -1 +1 @@\n-gone\n', '@@ -0,0 +1 @@\n');

  await fake.edit('series/0001-kernel-Add-fake_call.patch', '+\tanswer = 42;', '+\tanswer = 43;');
  fake.events.length = 0;
  const next = await fake.build();
  test.not(next.key, first.key);
  test.same(outcomes(fake.events), ['fetch: done', 'patch: done', 'configure: cached', 'build: done']);
  for (const path of paths) {
    test.equal(await readFile(join(await workDir(fake), 'linux', path), 'utf8'), 'first\n', path);
  }
});

void t.test('a patch that is taken back restores the file', async (test) => {
  const fake = await fakeKernel(test);
  await fake.build();
  await fake.edit('series/series', '0002-x86-Wire-up-fake_call-as-3.patch\n', '');
  const built = await fake.build();
  test.equal(built.manifest.changed.length, 3);
  const table = 'arch/x86/entry/syscalls/syscall_64.tbl';
  const [tree, pristine] = [join(await workDir(fake), 'linux', table), join(fake.linux, table)];
  test.equal(await readFile(tree, 'utf8'), await readFile(pristine, 'utf8'));
});

void t.test(
  'the stock flavour has neither the series nor its symbols, and a tree of its own',
  async (test) => {
    const fake = await fakeKernel(test);
    await fake.build();
    const stock = await fake.build({ flavour: 'stock' });
    test.notMatch(await readFile(stock.systemMap, 'utf8'), /fake_call/);
    test.match(await readFile(stock.config, 'utf8'), /^# CONFIG_FAKE_DISK is not set$/m);
    test.same(stock.manifest.changed, []);
    test.equal((await readdir(join(fake.ctx.cache.root, 'work'))).length, 2);
  },
);

void t.test('two folders, the same bytes, also with another -j and without ccache', async (test) => {
  const [a, b] = [await fakeKernel(test), await fakeKernel(test)];
  const path = process.env['PATH'];
  const first = await a.build({ jobs: 1 });
  test.teardown(() => {
    process.env['PATH'] = path;
  });
  const names = ['gcc', 'as', 'ld', 'make', 'sh', 'patch', 'flock', 'cp', 'find', 'cat', 'nm', 'objcopy'];
  const tools = [...names, 'echo', 'setpriv', 'mkdir', 'grep', 'sed', 'tail', 'touch', 'mv'];
  process.env['PATH'] = await pathOf(join(b.dir, 'bin'), tools);
  const second = await b.build({ jobs: 4 });
  test.same(second.manifest.files, first.manifest.files);
});

void t.test('a dropped symbol is named with its fragment, line, and both values', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit('config/storage.config', 'CONFIG_FAKE_BUS=y', '# CONFIG_FAKE_BUS is not set');
  const error = await failureOf(fake.build());
  test.equal(error.code, 'SYMBOL_DROPPED');
  test.match(error.found, /dirsync\.config:2: CONFIG_FAKE_DISK asked y, got n$/);
  test.equal(error.verdict, 'FAIL');
  await assertNothingPublished(test, fake);

  await fake.edit('config/storage.config', '# CONFIG_FAKE_BUS is not set', 'CONFIG_FAKE_BUS=y');
  test.equal((await fake.build()).hit, false, 'and once it is granted, the build goes on');
});

void t.test('a symbol with another value, or that does not exist, is dropped, too', async (test) => {
  const fake = await fakeKernel(test);
  await writeFile(join(fake.fragmentsDir, 'more.config'), 'CONFIG_FAKE_NONE=y\nCONFIG_FAKE_DISK=m\n');
  await fake.edit('config/storage.config', 'CONFIG_FAKE_BUS=y', 'CONFIG_FAKE_BUS=n');
  const more = { path: join(fake.fragmentsDir, 'more.config') };
  const fragments = [...fake.project.fragments, more];
  const error = await failureOf(fake.build({ project: { ...fake.project, fragments } }));
  test.match(error.found, /more\.config:1: CONFIG_FAKE_NONE asked y, got n/);
  test.match(error.found, /more\.config:2: CONFIG_FAKE_DISK asked m, got n/);
});

void t.test('a .config that comes out the same keeps its time, so nothing is compiled', async (test) => {
  const fake = await fakeKernel(test);
  await fake.build();
  const config = join(await workDir(fake), 'linux', 'build', '.config');
  const before = await stat(config);
  await fake.edit('config/base.config', '# As asked for.', '# As asked for, in other words.');
  fake.events.length = 0;
  await fake.build();
  test.match(outcomes(fake.events), ['fetch: done', 'patch: cached', 'configure: done', 'build: done']);
  test.equal((await stat(config)).mtimeMs, before.mtimeMs);
  test.notOk(fake.events.some((event) => event.kind === 'stage.progress'));
});

void t.test('a file that does not compile: the error line and the whole log', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit('series/0001-kernel-Add-fake_call.patch', '+\treturn answer;', '+\treturn anwser;');
  const error = await failureOf(fake.build());
  test.equal(error.code, 'COMPILE_FAILED');
  test.match(error.found, /kernel\/fake\.c:5:\d+: error: .*anwser/);
  const log = /less (.*)/.exec(error.hint ?? '')?.[1] ?? '';
  test.match(await readFile(log, 'utf8'), /^ {2}CC {6}kernel\/fork\.o$/m);
  await assertNothingPublished(test, fake);
});

void t.test('Ctrl+C while make runs ends make and its children, and publishes nothing', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit('config/dirsync.config', '# CONFIG_FAKE_WAIT is not set', 'CONFIG_FAKE_WAIT=y');
  const { ctx } = fake;
  const emit = ctx.events.emit.bind(ctx.events);
  ctx.events.emit = (event) => {
    emit(event);
    // make says so right before it starts something that does not end.
    if (event.kind === 'stage.progress' && event.detail === 'forever') fake.abort.abort();
  };
  await test.rejects(fake.build({ jobs: 4 }), { name: 'AbortError' });
  await assertNothingPublished(test, fake);
  const tree = await workDir(fake);
  test.same(await processesIn(tree), [], 'no process is left in the tree');
  test.notOk(existsSync(join(tree, 'compiling')), 'make had the time to tidy up');
});

/** The command lines of processes whose working folder is `dir` or below. */
async function processesIn(dir: string): Promise<string[]> {
  const script = `for p in /proc/[0-9]*; do case $(readlink "$p/cwd") in "$1"*) tr '\\0' ' ' <"$p/cmdline";; esac; done`;
  const result = await runTool('sh', ['-c', script, 'sh', dir], { signal: new AbortController().signal });
  return result.stdout === '' ? [] : [result.stdout];
}

/** A module of the harness, as a script imports it. */
function module(name: string): string {
  return JSON.stringify(join(import.meta.dirname, '../../../../vm', name));
}

void t.test('kill -9 of the harness ends make and its children, too', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit('config/dirsync.config', '# CONFIG_FAKE_WAIT is not set', 'CONFIG_FAKE_WAIT=y');
  const script = `
    import { Cache } from ${module('cache.ts')};
    import { buildKernel } from ${module('kernel/build.ts')};
    import { fetchKernel } from ${module('kernel/source/fetch.ts')};
    const [root, linux, fragmentsDir, project] = process.argv.slice(1);
    const events = { emit(event) { if (event.detail === 'forever') process.stdout.write('waiting'); } };
    const ctx = { cache: await Cache.open(root), events, signal: new AbortController().signal };
    const source = await fetchKernel({ source: linux }, ctx);
    await buildKernel({ source, flavour: 'plain', project: JSON.parse(project), fragmentsDir }, ctx);`;
  const args = [fake.ctx.cache.root, fake.linux, fake.fragmentsDir, JSON.stringify(fake.project)];
  const harness = execa(process.execPath, ['--input-type=module', '-e', script, ...args], {
    reject: false,
    buffer: false,
  });
  await once(harness.stdout, 'data');
  harness.kill('SIGKILL');
  await harness;
  // They are no children of ours, so there is no event to wait for.
  const tree = await workDir(fake);
  const deadline = AbortSignal.timeout(5000);
  while ((await processesIn(tree)).length > 0) deadline.throwIfAborted();
  test.pass('no process is left in the tree');
});

void t.test('objects of a make that was killed are not trusted', async (test) => {
  const fake = await fakeKernel(test);
  const first = await fake.build();
  const tree = await workDir(fake);
  // What kill -9 leaves: the mark, and half an object that is newer than its source.
  await writeFile(join(tree, 'compiling'), '');
  await writeFile(join(tree, 'linux', 'build', 'kernel', 'fork.o'), 'half an object');
  await fake.edit('config/base.config', '# As asked for.', '# Another key, the same kernel.');
  const second = await fake.build();
  test.same(second.manifest.files, first.manifest.files);
});
