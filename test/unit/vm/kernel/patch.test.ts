import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { fakeKernel, failureOf } from './fake.ts';

const FIRST = 'series/0001-kernel-Add-fake_call.patch';

void t.test('a hunk that does not fit is named with patch, file, number and reject', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit(FIRST, '-\tanswer = 41;', '-\tanswer = 40;');
  const error = await failureOf(fake.build());
  test.equal(error.code, 'PATCH_FAILED');
  test.match(error.tried, /0001-kernel-Add-fake_call\.patch to Linux 6\.1\.99/);
  test.match(error.found, /^kernel\/main\.c: Hunk #1 FAILED at 4/);
  test.match(error.found, /^-\tanswer = 40;$/m, 'the reject is shown');
  test.notOk(existsSync(join(fake.ctx.cache.root, 'kernel')));
  test.same(await readdir(join(fake.ctx.cache.root, 'scratch')), []);
});

void t.test('fuzz is refused: context that is almost right is wrong', async (test) => {
  const fake = await fakeKernel(test);
  // GNU patch's default would let the outermost line of context differ.
  await fake.edit(FIRST, ' void start_kernel(void)\n', ' void start_the_kernel(void)\n');
  const error = await failureOf(fake.build());
  test.equal(error.code, 'PATCH_FAILED');
  test.match(error.found, /kernel\/main\.c: Hunk #1 FAILED/);
});

void t.test('a hunk at another line is accepted and counted', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit('linux/kernel/main.c', '#include', '/* One line more than the patch knows. */\n#include');
  await fake.build();
  const end = fake.events.find((event) => event.kind === 'stage.end' && event.stage === 'patch');
  test.match(end, { outcome: 'done', detail: /, 1 hunks at other lines$/ });
});

void t.test('a patch that is applied twice, or to a file that is not there, says so', async (test) => {
  const fake = await fakeKernel(test);
  const name = '0001-kernel-Add-fake_call.patch';
  await fake.edit('series/series', name, `${name}\n${name}`);
  test.match((await failureOf(fake.build())).found, /include\/uapi\/linux\/fake\.h: .*(exists|Reversed)/);
});

void t.test('a series that names a missing file, or a text that is no patch', async (test) => {
  const fake = await fakeKernel(test);
  await fake.edit('series/series', '0002-x86', '0003-x86');
  const missing = await failureOf(fake.build());
  test.equal(missing.code, 'BAD_SERIES');
  test.match(missing.found, /0003-x86.*/);
  await fake.edit('series/series', '0003-x86-Wire-up-fake_call-as-3.patch', '../config/base.config');
  test.match((await failureOf(fake.build())).found, /no name of a file beside it/);
});
