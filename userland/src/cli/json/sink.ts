/** Turns the events of a run into lines of JSON; see schema.ts for what they hold. */
import { displayName, isUtf8 } from '../../native/names.ts';
import { DIFF } from '../../metadata/records.ts';
import { FILE_TYPE, type ByteString, type FileType } from '../../native/addon.ts';
import type { Item, SyncEvent, SyncSink } from '../../report.ts';
import type { JsonEvent } from './schema.ts';

type Without<Event> = Event extends unknown ? Omit<Event, 'time' | 'pair'> : never;

/** An event of the schema, without what every line has. */
export type JsonBody = Without<JsonEvent>;

/** What writes one line for an event of the pair, or of the whole program (null). */
export type JsonWriter = (body: JsonBody) => void;

export function jsonWriter(pair: string | null, out: (line: string) => void): JsonWriter {
  return ({ event, ...rest }) => {
    const time = new Date().toISOString();
    out(JSON.stringify({ event, time, ...(pair === null ? {} : { pair }), ...rest }));
  };
}

export function jsonSink(write: JsonWriter): SyncSink {
  return { emit: (event) => write(bodyOf(event)) };
}

function bodyOf(event: SyncEvent): JsonBody {
  switch (event.kind) {
    case 'watching':
      return { event: 'watching', ...named('path', event.path), wd: event.wd };
    case 'ready':
      return { event: 'ready' };
    case 'audited':
      return { event: 'audited' };
    case 'event': {
      const path = event.directory === '' ? event.name : `${event.directory}/${event.name}`;
      return { event: 'event', ...named('path', path) };
    }
    case 'copied':
      return { event: 'copied', ...named('path', event.path), bytes: event.bytes, ...item(event.item) };
    case 'created-directory':
      return { event: 'created-directory', ...named('path', event.path) };
    case 'updated':
      return { event: 'updated', ...named('path', event.path), ...item(event.item) };
    case 'linked':
      return { event: 'linked', ...named('path', event.path), ...named('target', event.target) };
    case 'deleted':
      return { event: 'deleted', ...named('path', event.path), entries: event.entries, kept: event.kept };
    case 'backed-up':
      return { event: 'backed-up', ...named('path', event.path), ...named('to', event.to) };
    case 'renamed':
      return { event: 'renamed', ...named('from', event.from), ...named('to', event.to) };
    case 'failed':
      return { event: 'failed', ...named('path', event.path), reason: event.reason, retryMs: event.retryMs };
    case 'recovered':
      return { event: 'recovered', ...named('path', event.path) };
    case 'warning':
    default:
      return { event: 'warning', text: event.text };
  }
}

/** A path as text, and its bytes where they are no UTF-8. */
export function named<Key extends string>(
  key: Key,
  bytes: ByteString,
): { readonly [K in Key]: string } & { readonly [K in `${Key}Bytes`]?: string } {
  const raw = Buffer.from(bytes, 'latin1');
  const fields = isUtf8(bytes)
    ? { [key]: raw.toString('utf8') }
    : { [key]: displayName(bytes), [`${key}Bytes`]: raw.toString('base64') };
  return fields as { readonly [K in Key]: string } & { readonly [K in `${Key}Bytes`]?: string };
}

const TYPES = {
  [FILE_TYPE.REGULAR]: 'file',
  [FILE_TYPE.DIRECTORY]: 'directory',
  [FILE_TYPE.SYMLINK]: 'symlink',
  [FILE_TYPE.CHAR]: 'char',
  [FILE_TYPE.BLOCK]: 'block',
  [FILE_TYPE.FIFO]: 'fifo',
  [FILE_TYPE.SOCKET]: 'socket',
} as const satisfies Readonly<Record<FileType, string>>;

const CHANGES = [
  ['missing', DIFF.MISSING],
  ['type', DIFF.TYPE],
  ['size', DIFF.SIZE],
  ['mtime', DIFF.MTIME],
  ['mode', DIFF.MODE],
  ['owner', DIFF.OWNER],
  ['link', DIFF.LINK],
  ['rdev', DIFF.RDEV],
  ['content', DIFF.RACY],
] as const;

function item({ type, diff }: Item) {
  const changes = CHANGES.filter(([, bit]) => (diff & bit) !== 0).map(([name]) => name);
  return { type: TYPES[type], changes };
}
