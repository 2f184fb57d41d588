/** Files to and from the guest, in pieces that fit into a frame. */
import { type HostMessage, MAX_DATA } from './messages.ts';
import { type Bytes, fromWire, toWire } from './wire-bytes.ts';

/** Pieces of a file on their way at a time: enough to keep the line busy, little enough for the guest's buffers. */
const WRITE_WINDOW = 4;

type WithoutId<T extends HostMessage['type']> = Omit<Extract<HostMessage, { type: T }>, 'id'>;

/** Sends a request and settles with the guest's answer; `data` receives what comes before it. */
export type FileRequest<T extends 'read_file' | 'write_file'> = (
  message: WithoutId<T>,
  tried: string,
  data?: Buffer[],
) => Promise<unknown>;

/** Creates or replaces the file at `path`; `mode`, when given, is set whatever the umask is. */
export async function sendFile(
  path: Bytes,
  data: Bytes,
  mode: number | undefined,
  request: FileRequest<'write_file'>,
): Promise<void> {
  const bytes = Buffer.from(data as Uint8Array);
  const tried = `write ${fromWire(toWire(path))} in the guest`;
  const window: Promise<unknown>[] = [];
  let at = 0;
  do {
    const end = Math.min(at + MAX_DATA, bytes.length);
    const piece = bytes.subarray(at, end).toString('base64');
    // The mode comes last: a file that its owner may not write to must first be written.
    const last = end === bytes.length && mode !== undefined ? { mode } : {};
    const sent = request(
      { type: 'write_file', path: toWire(path), data: piece, append: at > 0, ...last },
      tried,
    );
    sent.catch(() => undefined);
    window.push(sent);
    if (window.length >= WRITE_WINDOW) await window.shift();
    at = end;
  } while (at < bytes.length);
  await Promise.all(window);
}

/** The content of the regular file at `path`. */
export async function receiveFile(path: Bytes, request: FileRequest<'read_file'>): Promise<Buffer> {
  const data: Buffer[] = [];
  await request(
    { type: 'read_file', path: toWire(path) },
    `read ${fromWire(toWire(path))} in the guest`,
    data,
  );
  return Buffer.concat(data);
}
