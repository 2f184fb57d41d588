import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { WatchTree, type DirectoryNode } from '../../../../userland/src/detect/watch-tree.ts';
import { DirtySet, HINT } from '../../../../userland/src/dirty/dirty-set.ts';
import { loadAddon } from '../../../../userland/src/native/load.ts';
import type { SyncEvent } from '../../../../userland/src/report.ts';
import { Failures } from '../../../../userland/src/sync/failures.ts';

const addon = loadAddon();

/** Hands the error of each copy to a Failures of its own, and returns what is told and whether it is tried again. */
async function tell(name: string, prepare: (path: string) => Promise<void> | void) {
  const folder = mkdtempSync(join(tmpdir(), 'dirsync-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  await prepare(join(folder, name));
  const events: SyncEvent[] = [];
  const tree = new WatchTree();
  const dirty = new DirtySet<DirectoryNode>();
  const failures = new Failures({
    dirty,
    now: () => 0,
    once: false,
    signal: new AbortController().signal,
    sink: { emit: (event) => events.push(event) },
    tree,
  });
  const fd = addon.openRoot(folder);
  try {
    await addon.copyFile(fd, name, fd, 'copy');
  } catch (error) {
    failures.failed(tree.root, name, HINT.CONTENT, error);
  } finally {
    addon.close(fd);
  }
  return { events, again: dirty.hintsOf(tree.root, name) };
}

void t.test('a file that has become something else is looked at again, and nothing is said', async (t) => {
  const quiet = { events: [], again: HINT.CONTENT };
  t.strictSame(await tell('directory', mkdirSync), quiet);
  t.strictSame(await tell('gone', () => undefined), quiet);
  const server = createServer();
  t.teardown(() => server.close());
  t.strictSame(
    await tell('socket', (path) => new Promise((resolve) => void server.listen(path, resolve))),
    quiet,
  );
});
