import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import type { HarnessEvent } from '../../../../vm/events.ts';
import { fakeKernel, type Fake } from './fake.ts';

/** Another project, whose series changes what the first one's changes, and leaves out its new files. */
async function otherProject(fake: Fake): Promise<Fake['project']> {
  const seriesDir = join(fake.dir, 'other-series');
  await mkdir(seriesDir);
  const patch = await readFile(join(fake.seriesDir, '0001-kernel-Add-fake_call.patch'), 'utf8');
  // Its last file alone, with another answer.
  const start = patch.indexOf('diff --git a/kernel/main.c');
  await writeFile(join(seriesDir, '0001-main.patch'), patch.slice(start).replace('= 42;', '= 43;'));
  await writeFile(join(seriesDir, 'series'), '0001-main.patch\n');
  return { ...fake.project, name: 'other', seriesDir };
}

/** The build tree of the plain kernel that `fake` builds when nothing else is said. */
async function firstTree(fake: Fake): Promise<string> {
  const work = join(fake.ctx.cache.root, 'work');
  const name = (await readdir(work)).find((candidate) => candidate.endsWith('-fake-plain'));
  return join(work, name ?? '');
}

function compiled(events: readonly HarnessEvent[]): (string | undefined)[] {
  return events.flatMap((event) =>
    event.kind === 'stage.progress' && event.stage === 'build' ? [event.detail] : [],
  );
}

void t.test('another project starts from the objects of the first, with the same result', async (test) => {
  const [fake, alone] = [await fakeKernel(test), await fakeKernel(test)];
  await fake.build();
  fake.events.length = 0;
  const seeded = await fake.build({ project: await otherProject(fake) });
  test.ok(
    fake.events.some((event) => event.kind === 'note' && /started from .*-fake-plain$/.test(event.text)),
  );
  test.same(compiled(fake.events), ['kernel/main.o', 'vmlinux', 'arch/x86/boot/bzImage']);
  const unseeded = await alone.build({ project: await otherProject(alone) });
  test.same(seeded.manifest.files, unseeded.manifest.files, 'bit for bit');
});

void t.test('the stock kernel starts from the plain one, and has nothing of it', async (test) => {
  const [fake, alone] = [await fakeKernel(test), await fakeKernel(test)];
  await fake.build();
  const seeded = await fake.build({ flavour: 'stock' });
  test.ok(
    fake.events.some((event) => event.kind === 'note' && /started from .*-fake-plain$/.test(event.text)),
  );
  test.same(seeded.manifest.files, (await alone.build({ flavour: 'stock' })).manifest.files, 'bit for bit');
});

void t.test('recorded command lines name the new tree; what a link leads to is left alone', async (test) => {
  const fake = await fakeKernel(test);
  await fake.build();
  const tree = await firstTree(fake);
  const command = `gcc -I${join(tree, 'linux')}/include`;
  const outside = join(fake.dir, 'outside');
  await mkdir(outside);
  await symlink(outside, join(tree, 'linux', 'build', 'source'));
  const recorded = join('linux', 'build', 'kernel', '.fork.o.cmd');
  for (const path of [join(tree, recorded), join(outside, 'x.cmd')]) await writeFile(path, command);
  await fake.build({ project: await otherProject(fake) });
  const other = tree.replace(/-fake-plain$/, '-other-plain');
  const expected = `gcc -I${join(other, 'linux')}/include`;
  test.equal(await readFile(join(other, recorded), 'utf8'), expected);
  test.equal(await readFile(join(outside, 'x.cmd'), 'utf8'), command);
});

void t.test('the seed stays as it is', async (test) => {
  const fake = await fakeKernel(test);
  const { release, key } = await fake.build();
  const tree = join(await firstTree(fake), 'linux');
  const before = await readFile(join(tree, 'kernel', 'main.c'), 'utf8');
  await fake.build({ project: await otherProject(fake) });
  test.equal(await readFile(join(tree, 'kernel', 'main.c'), 'utf8'), before);
  test.match(before, /answer = 42/);
  test.match(await fake.build(), { release, key, hit: true });
});

void t.test('objects of a make that was killed, or of another configuration, are no seed', async (test) => {
  const fake = await fakeKernel(test);
  await fake.build();
  fake.events.length = 0;
  for (const name of ['checks.config', 'kasan.config']) await writeFile(join(fake.fragmentsDir, name), '');
  await fake.build({ flavour: 'kasan' });
  await writeFile(join(await firstTree(fake), 'compiling'), '');
  await fake.build({ project: await otherProject(fake) });
  test.notOk(fake.events.some((event) => event.kind === 'note' && event.text.startsWith('started from')));
});
