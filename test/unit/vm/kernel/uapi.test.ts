import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { readSeries } from '../../../../vm/kernel/series.ts';
import { uapiHeaders } from '../../../../vm/kernel/uapi.ts';
import { fakeKernel } from './fake.ts';

void t.test('headers come out as the last patch leaves them, with the numbers', async (test) => {
  const fake = await fakeKernel(test);
  const out = join(fake.dir, 'include');
  await uapiHeaders(out, await readSeries(fake.seriesDir), 'my-fake');
  const header = await readFile(join(out, 'linux', 'fake.h'), 'utf8');
  test.equal(header, '/* The answer. */\nstruct fake_info {\n\tint answer;\n};\n\n#define FAKE_VERSION 1\n');
  test.match(await readFile(join(out, 'my_fake_abi.h'), 'utf8'), /^#define __NR_fake_call 3$/m);
});

void t.test('a series without a call gives a header without numbers', async (test) => {
  const fake = await fakeKernel(test);
  await writeFile(join(fake.seriesDir, 'series'), '0001-kernel-Add-fake_call.patch\n');
  const out = join(fake.dir, 'include');
  await uapiHeaders(out, await readSeries(fake.seriesDir), 'fake');
  test.notMatch(await readFile(join(out, 'fake_abi.h'), 'utf8'), /__NR/);
});
