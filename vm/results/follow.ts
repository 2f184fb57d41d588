/**
 * Follows events.jsonl while the processes of a run append to it: what people see live is read from the same file that
 * the reports are rendered from.
 */
import { StringDecoder } from 'node:string_decoder';
import { type Follower, followFile } from '../host/follow-file.ts';

/**
 * Calls `onLine` for each whole line of the file at `path`, from its beginning, as soon as it is written.
 *
 * @param path of a file that exists
 */
export function followLines(path: string, onLine: (line: string) => void): Follower {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  return followFile(path, (chunk) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
