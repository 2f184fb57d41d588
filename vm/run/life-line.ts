/**
 * Ends the test processes of a run with the run, however that ends: tap, which stands between them, does not.
 *
 * The run holds a FIFO open for writing. The system closes it when the run's process is gone, even by SIGKILL, and its
 * readers, one in each test process, see the end at once; their guests end with them.
 */
import { closeSync, constants, openSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { mustRun } from '../host/tool.ts';

/** Beside the run's plan, for as long as the run lives. */
const NAME = 'alive';

/** Holds the line of the run in the folder `runDir` until it is disposed of. */
export async function holdLifeLine(runDir: string, signal: AbortSignal): Promise<AsyncDisposable> {
  const path = join(runDir, NAME);
  await mustRun('mkfifo', [path], { signal });
  // For reading, too: else the open would wait for the first reader.
  const held = openSync(path, constants.O_RDWR);
  return {
    async [Symbol.asyncDispose]() {
      closeSync(held);
      await rm(path, { force: true });
    },
  };
}

/** Calls `onEnd` when the run of the plan at `planPath` is gone. Does not keep the process alive. */
export function watchLifeLine(planPath: string, onEnd: () => void): void {
  const descriptor = openSync(join(dirname(planPath), NAME), constants.O_RDONLY | constants.O_NONBLOCK);
  const line = new Socket({ fd: descriptor, writable: false });
  line.once('close', onEnd).resume().unref();
}
