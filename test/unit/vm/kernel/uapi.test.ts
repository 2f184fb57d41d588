import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { compileGuestPrograms } from '../../../../vm/image/guest-programs.ts';
import { uapiHeaders } from '../../../../vm/kernel/uapi.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';
import { fakeKernel, failureOf } from './fake.ts';

void t.test('headers come out as the last patch leaves them, with the numbers', async (test) => {
  const fake = await fakeKernel(test);
  const out = join(fake.dir, 'include');
  await uapiHeaders(out, fake.seriesDir);
  const header = await readFile(join(out, 'linux', 'fake.h'), 'utf8');
  test.equal(header, '/* The answer. */\nstruct fake_info {\n\tint answer;\n};\n\n#define FAKE_VERSION 1\n');
  test.match(await readFile(join(out, 'dirsync_abi.h'), 'utf8'), /^#define __NR_fake_call 3$/m);
});

void t.test(
  "the guest's test program compiles with the checkout's headers, without a warning",
  async (test) => {
    const { ctx, folder } = await freshContext(test);
    await uapiHeaders(folder);
    const source = join(import.meta.dirname, '../../../kernel/dirsync_stat_test.c');
    await test.resolves(compileGuestPrograms([source], ctx, [`-I${folder}`]));
  },
);

void t.test('a series without a call', async (test) => {
  const fake = await fakeKernel(test);
  await writeFile(join(fake.seriesDir, 'series'), '0001-kernel-Add-fake_call.patch\n');
  test.equal((await failureOf(uapiHeaders(join(fake.dir, 'include'), fake.seriesDir))).code, 'BAD_SERIES');
});
