import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { Cache } from '../../../../vm/cache.ts';
import type { Context } from '../../../../vm/context.ts';
import { memorySink } from '../../../../vm/events.ts';
import { acquireLock } from '../../../../vm/host/lock.ts';

async function setUp(
  test: Test,
): Promise<{ ctx: Context; path: string; abort: AbortController; noted: Promise<string> }> {
  const dir = await mkdtemp(join(tmpdir(), 'dirsync-unit-'));
  test.teardown(() => rm(dir, { recursive: true, force: true }));
  const sink = memorySink();
  const abort = new AbortController();
  const noted = Promise.withResolvers<string>();
  const events = {
    emit(event: Parameters<typeof sink.emit>[0]) {
      if (event.kind === 'note') noted.resolve(event.text);
    },
  };
  const ctx = { cache: await Cache.open(dir), events, signal: abort.signal };
  return { ctx, path: join(dir, 'lock'), abort, noted: noted.promise };
}

void t.test('the second waits, says for what, and gets it when the first is done', async (test) => {
  const { ctx, path, noted } = await setUp(test);
  const order: string[] = [];
  const first = await acquireLock(path, 'the tree', ctx);
  const second = acquireLock(path, 'the tree', ctx).then((lock) => {
    order.push('second');
    return lock;
  });
  test.equal(await noted, 'waiting for another process to leave the tree');
  order.push('first');
  await first[Symbol.asyncDispose]();
  await (await second)[Symbol.asyncDispose]();
  test.same(order, ['first', 'second']);
});

void t.test('waiting ends with Ctrl+C', async (test) => {
  const { ctx, path, abort, noted } = await setUp(test);
  // Another process, since ours would lose its lock by the same signal.
  const other = execa('flock', [path, 'sh', '-c', 'echo held; exec cat'], { stdin: 'pipe', buffer: false });
  await new Promise((resolve) => {
    other.stdout.once('data', resolve);
  });
  const waiting = acquireLock(path, 'the tree', ctx);
  await noted;
  abort.abort();
  await test.rejects(waiting, { name: 'AbortError' });
  other.stdin.end();
  await other;
});

void t.test('a holder that is killed leaves no lock', async (test) => {
  const { ctx, path } = await setUp(test);
  const script = `
    import { acquireLock } from ${JSON.stringify(join(import.meta.dirname, '../../../../vm/host/lock.ts'))};
    await acquireLock(process.argv[1], 'it', { events: { emit() {} }, signal: new AbortController().signal });
    process.stdout.write('held');
    setInterval(() => {}, 1000);`;
  const holder = execa(process.execPath, ['--input-type=module', '-e', script, path], {
    reject: false,
    buffer: false,
  });
  await new Promise((resolve) => {
    holder.stdout.once('data', resolve);
  });
  holder.kill('SIGKILL');
  await holder;
  await using lock = await acquireLock(path, 'it', ctx);
  test.ok(lock);
});
