/** A cache, a recorded event stream and a copy of the fake kernel for one test, all removed after it. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Test } from 'tap';
import { Cache } from '../../../../vm/cache.ts';
import type { Context } from '../../../../vm/context.ts';
import { HarnessError } from '../../../../vm/errors.ts';
import { memorySink, type HarnessEvent } from '../../../../vm/events.ts';
import { buildKernel, type BuildOptions, type KernelBuild } from '../../../../vm/kernel/build.ts';
import type { KernelProject } from '../../../../vm/kernel/layout.ts';
import { fetchKernel } from '../../../../vm/kernel/source/fetch.ts';

const FIXTURE = resolve(import.meta.dirname, '../../../fixtures/fake-kernel');

export interface Fake {
  readonly ctx: Context;
  readonly events: HarnessEvent[];
  /** Ends what runs, as Ctrl+C does. */
  readonly abort: AbortController;
  /** Folder of everything. */
  readonly dir: string;
  readonly linux: string;
  readonly seriesDir: string;
  readonly fragmentsDir: string;
  readonly project: KernelProject;
  /** Fetches the tree and builds it. */
  build(options?: Partial<BuildOptions>): Promise<KernelBuild>;
  /** Replaces `from`, which must be there, in a file below `dir`. */
  edit(path: string, from: string, to: string): Promise<void>;
}

export async function fakeKernel(t: Test): Promise<Fake> {
  const dir = await mkdtemp(join(tmpdir(), 'dirsync-unit-'));
  t.teardown(() => rm(dir, { recursive: true, force: true }));
  await cp(FIXTURE, dir, { recursive: true });
  const sink = memorySink();
  const abort = new AbortController();
  const ctx = { cache: await Cache.open(join(dir, 'cache')), events: sink, signal: abort.signal };
  const [linux, seriesDir, fragmentsDir] = ['linux', 'series', 'config'].map((name) => join(dir, name));
  if (!linux || !seriesDir || !fragmentsDir) throw new Error('unreachable');
  const project = { name: 'fake', seriesDir, fragments: [{ path: join(fragmentsDir, 'dirsync.config') }] };
  return {
    ctx,
    events: sink.events,
    abort,
    dir,
    linux,
    seriesDir,
    fragmentsDir,
    project,
    async build(options = {}) {
      const source = await fetchKernel({ source: linux }, ctx);
      return buildKernel({ source, flavour: 'plain', project, fragmentsDir, ...options }, ctx);
    },
    async edit(path, from, to) {
      const text = await readFile(join(dir, path), 'utf8');
      if (!text.includes(from)) throw new Error(`${path} does not contain ${from}`);
      await writeFile(join(dir, path), text.replace(from, to));
    },
  };
}

/** The `HarnessError` that `work` must end with. */
export async function failureOf(work: Promise<unknown>): Promise<HarnessError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HarnessError) return error;
  throw new Error('did not fail with an error of the harness', { cause: error });
}

/** `stage: outcome` of each stage that ended. */
export function outcomes(events: readonly HarnessEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'stage.end' ? [`${event.stage}: ${event.outcome}`] : []));
}
