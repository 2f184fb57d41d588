import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTick } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import { WATCH_MASK } from '../../../../userland/src/detect/changes.ts';
import { addon, folder } from '../native/fixture.ts';

const FILES = 100;
const CHANGES = 60_000;

/** Changes one file after the other, each time in another way. */
const CHANGER = `
  const { chmodSync } = require('node:fs');
  const { workerData } = require('node:worker_threads');
  for (let change = 0; change < workerData.changes; change += 1)
    chmodSync(workerData.path + '/' + (change % workerData.files), change % 2 === 0 ? 0o600 : 0o644);
`;

void t.test('watching a directory once more loses none of its events', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  for (let file = 0; file < FILES; file += 1) writeFileSync(join(path, String(file)), '');
  const queue = addon.inotifyInit();
  t.teardown(() => addon.close(queue));
  addon.inotifyAddWatch(queue, fd, WATCH_MASK);
  let seen = 0;
  const worker = new Worker(CHANGER, { eval: true, workerData: { path, files: FILES, changes: CHANGES } });
  const ended = new AbortController();
  worker.once('exit', () => ended.abort());
  while (!ended.signal.aborted) {
    // As the engine does it whenever it opens the directory.
    for (let again = 0; again < 200; again += 1) addon.inotifyAddWatch(queue, fd, WATCH_MASK);
    for (let some = addon.readEvents(queue); some.length > 0; some = addon.readEvents(queue))
      seen += some.length;
    await nextTick();
  }
  seen += addon.readEvents(queue).length;
  t.equal(seen, CHANGES);
});
