import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { refuseOverlaps } from '../../../../userland/src/roots/overlap.ts';
import { addon, folder } from '../native/fixture.ts';

void t.test('no pair may write where another one reads or writes', async (t) => {
  const { path: dir } = folder(t);
  for (const name of ['a/sub', 'b/sub', 'c/sub']) mkdirSync(join(dir, name), { recursive: true });
  symlinkSync('a/sub', join(dir, 'link'));
  /** Pairs as `source > destination`, called 1, 2, ... */
  const check = (...pairs: readonly string[]) =>
    refuseOverlaps(
      addon,
      pairs.map((pair, at) => {
        const [source = '', destination = ''] = pair.split(' > ').map((name) => join(dir, name));
        return { name: String(at + 1), roots: { source, destination } };
      }),
    );
  for (const fine of [
    ['a > c', 'b > new'],
    ['a > new', 'a/sub > newer'],
    ['a > new', 'a > new2'],
    ['a > c/new', 'b > c/new2'],
    ['a > c/sub', 'b > c/sub2'],
    ['a > missing/new', 'b > missing/new2'],
    ['a > b'],
  ])
    t.doesNotThrow(() => check(...fine), fine.join(', '));

  for (const [one, other, found] of [
    ['a > c', 'b > c', /destination '\S+c' of \[2\] is the destination '\S+c' of \[1\]/],
    ['a > c', 'b > c/sub', /destination '\S+c\/sub' of \[2\] lies inside the destination '\S+c' of \[1\]/],
    ['a > c/sub', 'b > c', /destination '\S+c' of \[2\] contains the destination '\S+c\/sub' of \[1\]/],
    ['a > c', 'b > c/new', /destination '\S+c\/new' of \[2\] lies inside the destination/],
    ['a > new', 'b > new/', /is the destination/],
    ['a > new', 'b > new//newer', /of \[2\] lies inside the destination '\S+new' of \[1\]/],
    ['a > new/newer', 'b > new', /of \[2\] contains the destination '\S+new\/newer' of \[1\]/],
    ['a > missing/new', 'b > missing/new', /is the destination/],
    ['a > b', 'b > new', /the destination '\S+b' of \[1\] is the source '\S+b' of \[2\]/],
    ['b > new', 'a > b', /the destination '\S+b' of \[2\] is the source '\S+b' of \[1\]/],
    ['a > b', 'b/sub > new', /the destination '\S+b' of \[1\] contains the source '\S+b\/sub' of \[2\]/],
    ['a > new', 'b > a/new', /the destination '\S+a\/new' of \[2\] lies inside the source '\S+a' of \[1\]/],
    ['b > link', 'a > new', /the destination '\S+link' of \[1\] lies inside the source '\S+a' of \[2\]/],
    ['b > link/new', 'a > new', /lies inside the source/],
  ] as const)
    t.throws(
      () => check(one, other),
      { exitCode: 3, code: 'PAIRS_OVERLAP', message: found },
      `${one}, ${other}`,
    );
  t.throws(() => check('a > c', 'a/sub > new', 'b > c/sub'), { message: /of \[3\] lies inside .* of \[1\]/ });
});

void t.test('no pair may keep backups where another one reads or writes', async (t) => {
  const { path: dir } = folder(t);
  for (const name of ['a', 'b', 'c', 'd/sub']) mkdirSync(join(dir, name), { recursive: true });
  const check = (backup: string, other: string | null = null) =>
    refuseOverlaps(addon, [
      {
        name: '1',
        roots: { source: join(dir, 'a'), destination: join(dir, 'b') },
        backup: join(dir, backup),
      },
      {
        name: '2',
        roots: { source: join(dir, 'c'), destination: join(dir, 'd/sub') },
        backup: other === null ? null : join(dir, other),
      },
    ]);
  for (const fine of ['b/.backup', 'e', 'd/backup']) t.doesNotThrow(() => check(fine, 'd/sub/.backup'), fine);
  t.doesNotThrow(() => check('e', 'e'), 'numbers keep them apart');
  for (const [backup, found] of [
    ['c/x', /backup '\S+c\/x' of \[1\] lies inside the source '\S+c' of \[2\]/],
    ['d/sub/.backup', /backup '\S+' of \[1\] lies inside the destination '\S+sub' of \[2\]/],
    ['d', /backup '\S+d' of \[1\] contains the destination/],
  ] as const)
    t.throws(() => check(backup), { exitCode: 3, code: 'PAIRS_OVERLAP', message: found }, backup);
});

void t.test('what cannot be looked at is for others to refuse', async (t) => {
  const { path: dir } = folder(t);
  const roots = { source: 'a\0b', destination: join(dir, 'x'.repeat(300)) };
  t.doesNotThrow(() =>
    refuseOverlaps(addon, [
      { name: '1', roots },
      { name: '2', roots: { ...roots, destination: dir } },
    ]),
  );
});
