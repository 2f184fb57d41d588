/**
 * A lock between processes, for folders that only one may change at a time.
 *
 * flock(1) in a child holds it. The child ends when its stdin closes, which the system does however we end, so a lock
 * never outlives its owner and there is no stale lock file to judge.
 */
import { once } from 'node:events';
import { execa } from 'execa';
import type { Context } from '../context.ts';
import { InfraError } from '../errors.ts';
import { runTool } from './tool.ts';

/**
 * Takes the lock on the file at `path` (created when missing), waiting for it if needed.
 *
 * @param what what is locked, for the note that says what is waited for
 * @throws the signal's reason when aborted while waiting
 */
export async function acquireLock(path: string, what: string, ctx: Context): Promise<AsyncDisposable> {
  const free = await runTool('flock', ['--nonblock', path, 'true'], { signal: ctx.signal });
  if (free.exitCode !== 0)
    ctx.events.emit({ kind: 'note', text: `waiting for another process to leave ${what}` });

  const holder = execa('flock', [path, 'sh', '-c', 'echo held; exec cat'], {
    cancelSignal: ctx.signal,
    killDescendants: true,
    stdin: 'pipe',
    reject: false,
    buffer: false,
  });
  // Its only word is `held`; if it ends first, it never had the lock.
  const held = await Promise.race([once(holder.stdout, 'data').then(() => true), holder.then(() => false)]);
  ctx.signal.throwIfAborted();
  if (!held) {
    const result = await holder;
    throw new InfraError({
      code: 'LOCK_FAILED',
      tried: `lock ${path}`,
      found: `flock ended with ${result.exitCode ?? result.signal}`,
      cause: result.cause,
    });
  }
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await holder;
    },
  };
}
