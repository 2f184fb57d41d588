/** A context with a cache of its own, and a folder to work in, both removed with the test. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Cache } from '../../vm/cache.ts';
import type { Context } from '../../vm/context.ts';
import { type HarnessEvent, memorySink } from '../../vm/events.ts';

export async function freshContext(
  t: Test,
): Promise<{ ctx: Context; events: HarnessEvent[]; folder: string; abort: AbortController }> {
  const folder = mkdtempSync(join(tmpdir(), 'dirsync-test-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const sink = memorySink();
  const abort = new AbortController();
  const cache = await Cache.open(join(folder, 'cache'));
  return { ctx: { cache, events: sink, signal: abort.signal }, events: sink.events, folder, abort };
}
