import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import t from 'tap';
import type { Cache } from '../../../vm/cache.ts';
import { clean, planClean } from '../../../vm/clean.ts';
import { acquireLock } from '../../../vm/host/lock.ts';
import { freshContext } from '../../helpers/fresh-context.ts';

/** A pid that no process of Linux has: above the largest value of kernel.pid_max. */
const DEAD = 4_194_305;

async function entry(cache: Cache, kind: string, input: string): Promise<string> {
  const { dir } = await cache.produce(kind, input, (scratch) =>
    writeFile(join(scratch, 'data'), 'x'.repeat(100_000)),
  );
  return dir;
}

/** Makes results as a process that has ended since: nobody uses them any more. */
async function nobodyUses(cache: Cache): Promise<void> {
  await rm(join(cache.root, 'users', String(process.pid)));
}

void t.test('what is not in use goes, and is told with its size first', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const kernel = await entry(ctx.cache, 'kernel', 'a');
  await nobodyUses(ctx.cache);
  const runs = join(folder, 'runs');
  await mkdir(join(runs, `20260101T000000-${DEAD}`), { recursive: true });
  const plan = await planClean({ runs }, ctx);
  t.same(
    plan.remove.map(({ kind }) => kind),
    ['kernel', 'runs'],
  );
  t.ok((plan.remove[0]?.bytes ?? 0) >= 100_000);
  t.ok(existsSync(kernel), 'nothing is removed by looking');
  await clean(plan, ctx);
  t.same([await readdir(join(ctx.cache.root, 'kernel')), await readdir(runs)], [[], []]);
  t.same(await readdir(join(ctx.cache.root, 'scratch')), []);
  t.same((await planClean({ runs }, ctx)).remove, []);
});

void t.test('a run that goes on is kept, and what a living process asked for', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const other = await entry(ctx.cache, 'kernel', 'other');
  await nobodyUses(ctx.cache);
  const used = await entry(ctx.cache, 'kernel', 'used');
  const run = join(folder, 'runs', `20260101T000000-${process.pid}`);
  await mkdir(run, { recursive: true });
  const { remove, kept } = await planClean({ runs: join(folder, 'runs') }, ctx);
  t.same(
    remove.map(({ path }) => path),
    [other],
  );
  t.same(kept, [
    `kernel/${basename(used)}: a process that is running uses it`,
    `runs/${basename(run)}: its run is going on`,
  ]);
  const users = join(ctx.cache.root, 'users');
  await rename(join(users, String(process.pid)), join(users, String(DEAD)));
  t.equal((await planClean({ runs: folder }, ctx)).kept.length, 0, 'a dead process uses nothing');
});

void t.test('a build that goes on keeps its tree and the sources', async (t) => {
  const { ctx, folder } = await freshContext(t);
  await entry(ctx.cache, 'kernel-source', 's');
  await nobodyUses(ctx.cache);
  const runs = join(folder, 'runs');
  const [building, idle] = [await ctx.cache.workspace('building'), await ctx.cache.workspace('idle')];
  await writeFile(join(idle, 'lock'), '');
  {
    await using lock = await acquireLock(join(building, 'lock'), 'the tree', ctx);
    void lock;
    const { remove } = await planClean({ runs }, ctx);
    t.same(
      remove.map(({ path }) => path),
      [idle],
    );
  }
  const { remove } = await planClean({ runs }, ctx);
  t.equal(remove.length, 3, 'when it is over, all can go');
});

void t.test('age counts from the last use, not from when it was made', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const [old, reused] = [
    await entry(ctx.cache, 'program', 'old'),
    await entry(ctx.cache, 'program', 'reused'),
  ];
  const long = new Date(Date.now() - 10 * 24 * 60 * 60 * 1000);
  for (const dir of [old, reused]) await utimes(dir, long, long);
  await entry(ctx.cache, 'program', 'reused');
  await nobodyUses(ctx.cache);
  const { remove } = await planClean({ runs: folder, olderThanDays: 5 }, ctx);
  t.same(
    remove.map(({ path }) => path),
    [old],
  );
});
