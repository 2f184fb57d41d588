import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { execa } from 'execa';
import { applyHunks, parsePatch, touchedPaths } from '../../../../vm/kernel/patch-file.ts';
import { readSeries } from '../../../../vm/kernel/series.ts';
import { addedCalls } from '../../../../vm/kernel/uapi.ts';
import { readProject } from '../../../../vm/project.ts';

void t.test('what git diff makes of two texts, applied to the first, gives the second', async (test) => {
  const dir = await mkdtemp(join(tmpdir(), 'dirsync-unit-'));
  test.teardown(() => rm(dir, { recursive: true, force: true }));
  // Lines that look like a patch's own syntax once they carry a sign.
  const line = fc.constantFrom('a', 'b', '', '-- x', '++ y', '@@ -1 +1 @@', 'diff --git a/x b/x');
  const lines = fc.array(line, { minLength: 1, maxLength: 20 });
  const text = fc.tuple(lines, fc.constantFrom('', '\n')).map(([all, end]) => `${all.join('\n')}${end}`);
  await fc.assert(
    fc.asyncProperty(text, text, async (before, after) => {
      await writeFile(join(dir, 'x'), before);
      await writeFile(join(dir, 'y'), after);
      const { stdout } = await execa('git', ['diff', '--no-index', 'x', 'y'], { cwd: dir, reject: false });
      const changes = parsePatch(`${stdout}\n`);
      return applyHunks(before, changes[0]?.hunks ?? []) === after;
    }),
    { numRuns: 60 },
  );
});

void t.test('created and deleted files have no old and no new path', async (test) => {
  const changes = parsePatch(
    [
      'diff --git a/new.c b/new.c',
      'new file mode 100644',
      '--- /dev/null',
      '+++ b/new.c',
      '@@ -0,0 +1 @@',
      '+x',
      'diff --git a/old.c b/old.c',
      'deleted file mode 100644',
      '--- a/old.c',
      '+++ /dev/null',
      '@@ -1 +0,0 @@',
      '-x',
    ].join('\n'),
  );
  test.match(changes, [
    { oldPath: undefined, newPath: 'new.c' },
    { oldPath: 'old.c', newPath: undefined },
  ]);
  test.same(touchedPaths(changes), ['new.c', 'old.c']);
});

void t.test('context that differs is refused', async (test) => {
  const [change] = parsePatch('diff --git a/x b/x\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n');
  test.equal(applyHunks('a\nb\n', change?.hunks ?? []), 'a\nc\n');
  test.throws(() => applyHunks('a\nx\n', change?.hunks ?? []), RangeError);
});

void t.test("the checkout's series adds its three calls and nothing else", async (test) => {
  test.same(addedCalls(await readSeries(readProject().seriesDir)), [
    { name: 'dirsync_stat', number: 451 },
    { name: 'dirsync_list', number: 1451 },
    { name: 'dirsync_diff', number: 1452 },
  ]);
});
