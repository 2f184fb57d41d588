/** Follows a file to which another process appends, as `tail -f` does. */
import { closeSync, openSync, readSync, watch } from 'node:fs';

const CHUNK = 1 << 16;

export interface Follower {
  /** Passes on what was written so far, without waiting to be told of it. */
  drain(): void;
  /** Passes on what is left, and stops. */
  close(): void;
}

/**
 * Calls `onChunk` for what the file at `path` holds, from its beginning, and for what is written to it, at once.
 *
 * @param path of a file that exists
 * @param onChunk gets bytes that are its own to keep
 */
export function followFile(path: string, onChunk: (chunk: Buffer) => void): Follower {
  const descriptor = openSync(path, 'r');
  const buffer = Buffer.alloc(CHUNK);
  const drain = (): void => {
    for (let size = readSync(descriptor, buffer); size > 0; size = readSync(descriptor, buffer)) {
      onChunk(Buffer.from(buffer.subarray(0, size)));
    }
  };
  const watcher = watch(path, drain);
  drain();
  return {
    drain,
    close() {
      watcher.close();
      drain();
      closeSync(descriptor);
    },
  };
}
