import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { Cache, contentKey, type KeyValue } from '../../../vm/cache.ts';

async function fail(dir: string): Promise<void> {
  await writeFile(join(dir, 'half'), 'result');
  throw new Error('disk full');
}

async function makeSame(dir: string): Promise<void> {
  await writeFile(join(dir, 'result'), 'same');
}

/** As an unpacker with a queue does: goes on creating files for 200 ms, as long as the folder above is there. */
async function writeForAWhile(dir: string): Promise<void> {
  const end = performance.now() + 200;
  for (let i = 0; performance.now() < end; i += 1) {
    await mkdir(dir).catch(() => undefined);
    await writeFile(join(dir, String(i)), '').catch(() => undefined);
  }
}

void t.test('a key does not depend on the order of names, and does on every value', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
      const reversed = Object.fromEntries(Object.entries(record).toReversed());
      const [a, b] = [record as KeyValue, reversed as KeyValue];
      return contentKey(a) === contentKey(b) && contentKey(a) !== contentKey({ wrapped: a });
    }),
  );
  t.not(contentKey({ a: 1 }), contentKey({ a: '1' }), 'a number is no string');
  t.not(contentKey(['ab', 'c']), contentKey(['a', 'bc']), 'borders count');
  t.end();
});

void t.test('a result is made once, and published whole', async (t) => {
  const cache = await Cache.open(t.testdir());
  let made = 0;
  const make = async (dir: string): Promise<void> => {
    made += 1;
    await writeFile(join(dir, 'result'), 'content');
  };
  const first = await cache.produce('thing', { input: 1 }, make);
  const second = await cache.produce('thing', { input: 1 }, make);
  t.same([first.hit, second.hit, made], [false, true, 1]);
  t.equal(first.dir, second.dir);
  t.equal(await readFile(join(first.dir, 'result'), 'utf8'), 'content');
  t.same(JSON.parse(await readFile(join(first.dir, 'key.json'), 'utf8')), { input: 1 });
  t.not((await cache.produce('thing', { input: 2 }, make)).dir, first.dir, 'another input is another result');
});

void t.test('a failure publishes nothing, leaves nothing, and may be tried again', async (t) => {
  const cache = await Cache.open(t.testdir());
  await t.rejects(cache.produce('thing', 1, fail), { message: 'disk full' });
  t.same(await readdir(join(cache.root, 'scratch')), []);
  t.notOk(existsSync(cache.entryPath('thing', 1)));
  t.notOk((await cache.produce('thing', 1, async () => {})).hit);
});

void t.test('what is still being written when the work is given up is removed, too', async (t) => {
  const cache = await Cache.open(t.testdir());
  let late: Promise<unknown> = Promise.resolve();
  const given = cache.scratch(async (dir) => {
    late = writeForAWhile(join(dir, 'sub'));
    await writeFile(join(dir, 'begun'), '');
    throw new Error('given up');
  });
  await t.rejects(given, { message: 'given up' });
  await late;
  t.same(await readdir(join(cache.root, 'scratch')), []);
});

void t.test('two makers of one result at once: both get it, whoever is first', async (t) => {
  const cache = await Cache.open(t.testdir());
  const [a, b] = await Promise.all([
    cache.produce('thing', 1, makeSame),
    cache.produce('thing', 1, makeSame),
  ]);
  t.equal(a.dir, b.dir);
  t.equal(await readFile(join(a.dir, 'result'), 'utf8'), 'same');
  t.same(await readdir(join(cache.root, 'scratch')), []);
});

void t.test('opening sweeps what a killed process left, and nothing of a living one', async (t) => {
  const root = t.testdir();
  const beyondPidMax = 2 ** 22 + 1;
  await mkdir(join(root, 'scratch', `${beyondPidMax}-dead`), { recursive: true });
  await mkdir(join(root, 'scratch', `${process.pid}-alive`), { recursive: true });
  await Cache.open(root);
  t.same(await readdir(join(root, 'scratch')), [`${process.pid}-alive`]);
});

void t.test('a workspace stays from run to run', async (t) => {
  const cache = await Cache.open(t.testdir());
  const first = await cache.workspace('tree');
  await writeFile(join(first, 'kept'), '');
  const second = await cache.workspace('tree');
  t.equal(second, first);
  t.ok(await stat(join(second, 'kept')));
});
