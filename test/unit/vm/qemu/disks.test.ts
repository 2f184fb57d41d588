import { statSync } from 'node:fs';
import t from 'tap';
import { createDisks } from '../../../../vm/qemu/disks.ts';

void t.test('disks are sparse, numbered, and never replace one that is there', async (t) => {
  const dir = t.testdir();
  const disks = await createDisks([{ sizeMiB: 64 }, { sizeMiB: 1 }], dir);
  t.match(disks, [{ path: `${dir}/disk0.img` }, { path: `${dir}/disk1.img` }]);
  const { size, blocks } = statSync(`${dir}/disk0.img`);
  t.equal(size, 64 * 1024 * 1024);
  t.ok(blocks < 8, 'nothing is allocated');
  await t.rejects(createDisks([{ sizeMiB: 1 }], dir), { code: 'EEXIST' });
});

void t.test('sizes that make no sense are refused', async (t) => {
  for (const sizeMiB of [0, -1, 1.5, Number.NaN]) {
    await t.rejects(createDisks([{ sizeMiB }], t.testdir()), { code: 'DISK_SIZE', verdict: 'USAGE' });
  }
});
