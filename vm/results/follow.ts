/**
 * Follows events.jsonl while the processes of a run append to it: what people see live is read from the same file that
 * the reports are rendered from.
 */
import { closeSync, openSync, readSync, watch } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const CHUNK = 1 << 16;

export interface Follower {
  /** Passes on what was written so far, without waiting to be told of it. */
  drain(): void;
  /** Passes on what is left, and stops. */
  close(): void;
}

/**
 * Calls `onLine` for each whole line of the file at `path`, from its beginning, as soon as it is written.
 *
 * @param path of a file that exists
 */
export function followLines(path: string, onLine: (line: string) => void): Follower {
  const descriptor = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const chunk = Buffer.alloc(CHUNK);
  let rest = '';
  const drain = (): void => {
    for (let size = readSync(descriptor, chunk); size > 0; size = readSync(descriptor, chunk)) {
      const lines = (rest + decoder.write(chunk.subarray(0, size))).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
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
