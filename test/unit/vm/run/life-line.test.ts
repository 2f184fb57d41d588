import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { holdLifeLine, watchLifeLine } from '../../../../vm/run/life-line.ts';

void t.test('who watches is told when the line is let go, and not before', async (t) => {
  const runDir = t.testdir();
  const ended = Promise.withResolvers<string>();
  {
    await using line = await holdLifeLine(runDir, new AbortController().signal);
    void line;
    watchLifeLine(join(runDir, 'run.json'), () => ended.resolve('told'));
    // Whatever was due has come by then.
    const turn = new Promise((resolve) => setImmediate(() => setImmediate(() => resolve('nothing'))));
    t.equal(await Promise.race([ended.promise, turn]), 'nothing');
  }
  // The watcher keeps no process alive: this one has to stay until it is told.
  const stay = setInterval(() => {}, 1000);
  t.teardown(() => clearInterval(stay));
  t.equal(await ended.promise, 'told');
  t.notOk(existsSync(join(runDir, 'alive')), 'nothing is left');
});
