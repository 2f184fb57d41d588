import { mkdir, readdir, readlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import t from 'tap';
import { createRunFolder } from '../../../../vm/run/folder.ts';

void t.test('a run gets a folder of its own, and latest points at the newest', async (t) => {
  const runs = t.testdir();
  const first = await createRunFolder(runs, new Date('2026-01-02T03:04:05Z'));
  const second = await createRunFolder(runs, new Date('2026-01-02T03:04:06Z'));
  t.equal(basename(first), `20260102T030405-${process.pid}`);
  t.equal(await readlink(join(runs, 'latest')), basename(second));
});

void t.test('the twentieth last run is kept, older ones are not', async (t) => {
  const runs = t.testdir();
  for (let day = 10; day < 35; day += 1) {
    await mkdir(join(runs, `200001${day}T000000-1`));
    await writeFile(join(runs, `200001${day}T000000-1`, 'console.log'), '');
  }
  const newest = await createRunFolder(runs);
  const left = (await readdir(runs)).filter((name) => name !== 'latest').toSorted();
  t.equal(left.length, 20);
  t.same([left[0], left.at(-1)], ['20000116T000000-1', basename(newest)]);
});
