/**
 * Writes the archive format that the kernel unpacks as initramfs: cpio "newc"
 * (Documentation/driver-api/early-userspace/buffer-format.rst), the same bytes for the same entries: sorted by name,
 * times 0, owner root, inode numbers by order.
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/** A string is taken as UTF-8, a Uint8Array as it is. */
export type Bytes = string | Uint8Array;

export type ArchiveEntry = {
  /** Relative, without a leading slash. */
  readonly path: Bytes;
} & (
  | { readonly kind: 'directory'; readonly mode: number }
  | { readonly kind: 'file'; readonly mode: number; readonly data: Bytes }
  /** The content of this file of the host, read while it is written. */
  | { readonly kind: 'file'; readonly mode: number; readonly source: string }
  | { readonly kind: 'symlink'; readonly target: Bytes }
  | {
      readonly kind: 'character-device';
      readonly mode: number;
      readonly major: number;
      readonly minor: number;
    }
);

const TYPE_BITS: Readonly<Record<ArchiveEntry['kind'], number>> = {
  directory: 0o040000,
  file: 0o100000,
  symlink: 0o120000,
  'character-device': 0o020000,
};

/** The size of a block of a cpio archive: readers expect whole blocks. */
const BLOCK = 512;

/**
 * Writes the archive to `path` and returns its sha256 (hex) and size in bytes. Files are streamed. The order of
 * `entries` does not matter; each path must occur once.
 */
export async function writeArchive(
  path: string,
  entries: readonly ArchiveEntry[],
  signal?: AbortSignal,
): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const measure = async function* (chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  await pipeline(archive(entries), measure, createWriteStream(path), signal === undefined ? {} : { signal });
  return { sha256: hash.digest('hex'), size };
}

async function* archive(entries: readonly ArchiveEntry[]): AsyncIterable<Buffer> {
  const named = entries.map((entry) => ({ entry, name: Buffer.from(entry.path as Uint8Array) }));
  named.sort((a, b) => a.name.compare(b.name));
  let offset = 0;
  let inode = 0;
  let previous: Buffer | undefined;
  for (const { entry, name } of named) {
    if (name.length === 0 || name.includes(0)) throw new RangeError('a path is not empty and has no NUL');
    if (previous?.equals(name)) throw new RangeError(`two entries are named ${name.toString()}`);
    previous = name;
    const size = await contentSize(entry);
    const head = header(entry, name, ++inode, size);
    yield head;
    yield* content(entry, size);
    offset += head.length + size + padding(size, 4).length;
    yield padding(size, 4);
  }
  const trailer = rawHeader(Buffer.from('TRAILER!!!'), { nlink: 1 });
  yield trailer;
  yield padding(offset + trailer.length, BLOCK);
}

async function contentSize(entry: ArchiveEntry): Promise<number> {
  if (entry.kind === 'symlink') return Buffer.from(entry.target as Uint8Array).length;
  if (entry.kind !== 'file') return 0;
  const size =
    'data' in entry ? Buffer.from(entry.data as Uint8Array).length : (await stat(entry.source)).size;
  if (size > 0xffff_ffff) throw new RangeError(`a file in a newc archive is below 4 GiB, not ${size} bytes`);
  return size;
}

async function* content(entry: ArchiveEntry, size: number): AsyncIterable<Buffer> {
  if (entry.kind === 'symlink') yield Buffer.from(entry.target as Uint8Array);
  if (entry.kind !== 'file') return;
  if ('data' in entry) {
    yield Buffer.from(entry.data as Uint8Array);
    return;
  }
  let left = size;
  for await (const chunk of createReadStream(entry.source, { highWaterMark: 1 << 20 })) {
    left -= (chunk as Buffer).length;
    if (left < 0) break;
    yield chunk as Buffer;
  }
  if (left !== 0) throw new Error(`${entry.source} changed while it was packed`);
}

function header(entry: ArchiveEntry, name: Buffer, ino: number, filesize: number): Buffer {
  const permissions = entry.kind === 'symlink' ? 0o777 : entry.mode;
  return rawHeader(name, {
    ino,
    mode: TYPE_BITS[entry.kind] | permissions,
    nlink: entry.kind === 'directory' ? 2 : 1,
    filesize,
    ...(entry.kind === 'character-device' ? { rdevmajor: entry.major, rdevminor: entry.minor } : {}),
  });
}

/** The fields of a header behind its magic, in their order: 8 hex digits each. */
const FIELDS = [
  'ino',
  'mode',
  'uid',
  'gid',
  'nlink',
  'mtime',
  'filesize',
  'devmajor',
  'devminor',
  'rdevmajor',
  'rdevminor',
  'namesize',
  'check',
] as const;

type Fields = Partial<Record<(typeof FIELDS)[number], number>>;

function rawHeader(name: Buffer, fields: Fields): Buffer {
  const all: Fields = { ...fields, namesize: name.length + 1 };
  const digits = FIELDS.map((field) => (all[field] ?? 0).toString(16).padStart(8, '0'));
  const head = Buffer.concat([Buffer.from(`070701${digits.join('')}`), name, Buffer.of(0)]);
  return Buffer.concat([head, padding(head.length, 4)]);
}

function padding(size: number, boundary: number): Buffer {
  return Buffer.alloc((boundary - (size % boundary)) % boundary);
}
