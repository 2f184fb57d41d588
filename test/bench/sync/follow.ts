/** A follower at work: started, in step, and ended with all that it has started. */
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import type { Pair } from './datasets.ts';
import type { Follower } from './peers.ts';

const LIMIT_MS = 60_000;

export interface Running {
  readonly pid: number;
  /** Milliseconds from its start until it said that it is in step. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** Starts one and waits until it is ready; throws with what it said when that does not come. */
export async function follow(follower: Follower, pair: Pair, scratch: string): Promise<Running> {
  const [program = '', ...args] = follower.command(pair, scratch);
  const begin = performance.now();
  // A group of its own, so that a shell's children end with it.
  const child = execa(program, args, { reject: false, detached: true, buffer: false, all: true });
  const pid = child.pid ?? -1;
  let said = '';
  let readyMs = -1;
  const inStep = new Promise<void>((resolve) => {
    child.all.on('data', (chunk: Buffer) => {
      if (readyMs >= 0) return;
      said += chunk.toString();
      if (!follower.ready.test(said)) return;
      readyMs = performance.now() - begin;
      resolve();
    });
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await Promise.race([child, delay(2000)]);
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // All are gone.
    }
    await child;
  };
  await Promise.race([inStep, child, delay(LIMIT_MS)]);
  if (readyMs < 0) {
    await stop();
    throw new Error(`${follower.name} never was ready: ${said.slice(-500)}`);
  }
  return { pid, readyMs, stop };
}
