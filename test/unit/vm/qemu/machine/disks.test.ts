import { statSync } from 'node:fs';
import t from 'tap';
import { createDisks } from '../../../../../vm/qemu/machine/disks.ts';

void t.test('disks are sparse, numbered, and never replace one that is there', async (t) => {
  const dir = t.testdir();
  const disks = await createDisks([{ sizeMiB: 64 }, { sizeMiB: 1 }], dir);
  t.strictSame(disks, [{ path: `${dir}/disk0.img` }, { path: `${dir}/disk1.img` }]);
  const { size, blocks } = statSync(`${dir}/disk0.img`);
  t.equal(size, 64 * 1024 * 1024);
  t.ok(blocks < 8, 'nothing is allocated');
  await t.rejects(createDisks([{ sizeMiB: 1 }], dir), { code: 'EEXIST' });
});

void t.test('a recorded disk has an empty log', async (t) => {
  const dir = t.testdir();
  const disks = await createDisks([{ sizeMiB: 1, record: true }], dir);
  t.strictSame(disks, [{ path: `${dir}/disk0.img`, log: `${dir}/disk0.log` }]);
  t.equal(statSync(`${dir}/disk0.log`).size, 0);
});

void t.test('an image that exists is taken as it is', async (t) => {
  const dir = t.testdir({ 'left.img': 'content' });
  t.strictSame(await createDisks([{ image: `${dir}/left.img` }], dir), [{ path: `${dir}/left.img` }]);
  await t.rejects(createDisks([{ image: `${dir}/none.img` }], dir), {
    code: 'DISK_MISSING',
    verdict: 'USAGE',
  });
});

void t.test('sizes that make no sense are refused', async (t) => {
  for (const sizeMiB of [0, -1, 1.5, Number.NaN]) {
    await t.rejects(createDisks([{ sizeMiB }], t.testdir()), { code: 'DISK_SIZE', verdict: 'USAGE' });
  }
});
