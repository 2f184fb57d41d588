import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { compileSelftests, type SelftestOptions } from '../../../../vm/image/selftests.ts';
import type { Context } from '../../../../vm/context.ts';
import { readSeries } from '../../../../vm/kernel/series.ts';
import { uapiHeaders } from '../../../../vm/kernel/uapi.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

const TEST = '#include "../kselftest_harness.h"\n#include "word.h"\nTEST_MAIN(word(__NR_hello))\n';

/** What `git format-patch` writes of new files. */
function patchOf(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([path, text]) => {
      const lines = text.trimEnd().split('\n');
      const head = `diff --git a/${path} b/${path}\nnew file mode 100644\n--- /dev/null\n+++ b/${path}\n`;
      return `${head}@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join('')}`;
    })
    .join('');
}

/** A source with a harness of its own, and a series with a selftest of two C files and a call. */
async function fixture(
  t: Test,
  files: Readonly<Record<string, string>>,
): Promise<{ ctx: Context; options: SelftestOptions }> {
  const { ctx, folder } = await freshContext(t);
  const [seriesDir, tree, headers] = ['series', 'linux', 'headers'].map((name) => join(folder, name));
  if (!seriesDir || !tree || !headers) throw new Error('unreachable');
  const harness = join(tree, 'tools/testing/selftests');
  mkdirSync(harness, { recursive: true });
  // Parameters that are not used are no mistake there: the real one has some.
  writeFileSync(join(harness, 'kselftest.h'), 'static inline void unused(int a) {}\n');
  writeFileSync(
    join(harness, 'kselftest_harness.h'),
    '#include <stdio.h>\n#include "kselftest.h"\n#define TEST_MAIN(x) int main(void) { puts(x); return 0; }\n',
  );
  const table = '@@ -1,1 +1,2 @@\n 451 common one sys_one\n+452 common hello sys_hello\n';
  const path = 'arch/x86/entry/syscalls/syscall_64.tbl';
  mkdirSync(seriesDir);
  writeFileSync(join(seriesDir, 'series'), '0001.patch\n');
  writeFileSync(
    join(seriesDir, '0001.patch'),
    `${patchOf(files)}diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${table}`,
  );
  const series = await readSeries(seriesDir);
  await uapiHeaders(headers, series, 'hello');
  const source = {
    tree,
    origin: 'local',
    version: '6.1',
    sha256: '0',
    hashOf: 'tarball',
    from: tree,
  } as const;
  const project = { name: 'hello', seriesDir, selftests: ['hello'] };
  return { ctx, options: { project, series, source, headers } };
}

void t.test('each test of the folder is a program, with what its files share', async (t) => {
  const folder = 'tools/testing/selftests/hello';
  const { ctx, options } = await fixture(t, {
    [`${folder}/one_test.c`]: TEST,
    [`${folder}/two_test.c`]: TEST.replace('__NR_hello', '2'),
    [`${folder}/word.c`]:
      '#include "word.h"\nconst char *word(int n) { return n == 452 ? "hello" : "bye"; }\n',
    [`${folder}/word.h`]: 'const char *word(int n);\n',
    [`${folder}/Makefile`]: 'include ../lib.mk\n',
    'tools/testing/selftests/other/other_test.c': '#error "not asked for"\n',
  });
  const programs = await compileSelftests(options, ctx);
  t.match(
    programs.map(({ name }) => name),
    ['one_test', 'two_test'],
  );
  const said = await Promise.all(programs.map(async ({ path }) => (await execa(path)).stdout));
  t.same(said, ['hello', 'bye'], 'they know the number that the series adds');
  t.match(await compileSelftests(options, ctx), [{ hit: true }, { hit: true }]);
});

void t.test('a folder without a test is an error that says where it looked', async (t) => {
  const { ctx, options } = await fixture(t, { 'tools/testing/selftests/hello/helper.c': 'int x;\n' });
  await t.rejects(compileSelftests(options, ctx), {
    code: 'NO_SELFTESTS',
    found: /tools\/testing\/selftests\/hello\/\*_test\.c/,
  });
});
