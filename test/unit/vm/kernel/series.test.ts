import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { readSeries, type Series } from '../../../../vm/kernel/series.ts';

const CODE = created('fs/dirsync.c', 'code');
const SELFTEST = created('tools/testing/selftests/dirsync/test.c', 'test');

/** A patch's part that creates a file of one line. */
function created(path: string, line: string, mode = '100644'): string {
  return `diff --git a/${path} b/${path}\nnew file mode ${mode}\nindex 0000000..1234567\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n`;
}

/** A patch's part after which a file that had no newline at its end ends in `end`. */
function ending(end: string): string {
  return `diff --git a/fs/a.c b/fs/a.c\n--- a/fs/a.c\n+++ b/fs/a.c\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+${end}\n`;
}

/** The series of these patches, each a list of parts, with what git says before and after them. */
async function seriesOf(test: Test, patches: Readonly<Record<string, readonly string[]>>): Promise<Series> {
  const dir = await mkdtemp(join(tmpdir(), 'dirsync-unit-'));
  test.teardown(() => rm(dir, { recursive: true, force: true }));
  for (const [name, parts] of Object.entries(patches)) {
    await writeFile(join(dir, name), `Subject: [PATCH] ${name}\n---\n\n${parts.join('')}-- \n2.39.5\n\n`);
  }
  await writeFile(join(dir, 'series'), `${Object.keys(patches).join('\n')}\n`);
  return readSeries(dir);
}

void t.test('what no build reads changes the series, and not what is built', async (test) => {
  const one = await seriesOf(test, { '0001-a': [CODE], '0002-b': [SELFTEST] });
  const alike = [
    { '0001-a': [CODE], '0002-b': [created('tools/testing/selftests/dirsync/test.c', 'another test')] },
    { '0001-a': [CODE], '0002-b': [SELFTEST, created('Documentation/dirsync.rst', 'text')] },
    { '0001-a': [CODE], '0002-in-other-words': [SELFTEST] },
    { '0001-a': [CODE, SELFTEST] },
    { '0001-a': [CODE] },
  ];
  for (const patches of alike) {
    const other = await seriesOf(test, patches);
    test.not(other.hash, one.hash, Object.keys(patches).join());
    test.equal(other.buildHash, one.buildHash);
    test.same(other.buildChanges, one.buildChanges);
  }
  test.same(one.touched, ['fs/dirsync.c', 'tools/testing/selftests/dirsync/test.c'], 'all is applied');
});

void t.test('whatever else differs is built', async (test) => {
  const two = created('fs/two.c', 'two');
  const renamed =
    'diff --git a/fs/a.c b/fs/b.c\nsimilarity index 100%\nrename from fs/a.c\nrename to fs/b.c\n';
  const all: readonly (readonly string[])[] = [
    [],
    [CODE],
    [created('fs/dirsync.c', 'other code')],
    [created('fs/other.c', 'code')],
    [created('fs/dirsync.c', 'code', '100755')],
    [CODE, two],
    [two, CODE],
    [renamed],
    [renamed.replaceAll('fs/b.c', 'fs/c.c')],
    [ending('b')],
    [ending('c')],
    [ending('b\n\\ No newline at end of file')],
    [created('tools/objtool/check.c', 'tool')],
  ];
  // The selftest makes each a patch, the first one, too.
  const hashes = [];
  for (const parts of all) {
    hashes.push((await seriesOf(test, { '0001-a': [...parts, SELFTEST] })).buildHash);
  }
  test.equal(new Set(hashes).size, all.length);
});
