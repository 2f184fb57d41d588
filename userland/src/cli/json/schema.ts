/**
 * What `--json` prints, one object a line: the types that json/sink.ts is compiled with, and the JSON Schema for others
 * (docs/syncer-events.schema.json). Only types are taken from here at run time, so the packaged syncer is without zod.
 */
import { z } from 'zod';

const path = z
  .string()
  .describe('below the roots, `/` between names, empty for the roots; escaped if it is no UTF-8');
const pathBytes = z.base64().optional().describe('the bytes of the path, where they are no UTF-8');

/** An event of one pair of directories. */
function event<Name extends string, Shape extends z.core.$ZodLooseShape>(
  name: Name,
  what: string,
  shape: Shape,
) {
  return z
    .strictObject({
      event: z.literal(name),
      time: z.iso.datetime().describe('UTC'),
      pair: z.string().optional().describe('the name of the pair, with --config'),
      ...shape,
    })
    .describe(what);
}

const type = z.enum(['file', 'directory', 'symlink', 'char', 'block', 'fifo', 'socket']);
const changes = z
  .array(z.enum(['missing', 'type', 'size', 'mtime', 'mode', 'owner', 'link', 'rdev', 'content']))
  .describe('in what the destination differed');
const count = z.int().min(0);

export const jsonEvent = z.discriminatedUnion('event', [
  event('start', 'the first line of a pair', {
    version: z.string(),
    source: path,
    sourceBytes: pathBytes,
    destination: path,
    destinationBytes: pathBytes,
    dryRun: z.boolean(),
    once: z.boolean(),
    metadata: z.enum(['kernel', 'statx']),
  }),
  event('watching', 'a directory has its watch', { path, pathBytes, wd: z.int() }),
  event('ready', 'all watches are set up and the first synchronization is complete', {}),
  event('audited', 'everything has been compared again (--audit)', {}),
  event(
    'progress',
    'with --progress, every second until all pairs are ready; of all pairs together, and so without one',
    {
      files: count.describe('entries copied'),
      bytes: count.describe('of data moved'),
      bytesPerSecond: count.describe('over the last seconds; 0 while not known'),
      left: z.strictObject({
        directories: count.describe('in which something is still to be compared, as far as is known'),
        files: count.describe('that are being copied'),
        bytes: count.describe('of these that are not moved yet'),
      }),
      failing: count.describe('entries whose last try failed'),
    },
  ),
  event('event', 'something happened to an entry of the source', { path, pathBytes }),
  event('copied', 'a file, symlink, FIFO, socket or device was written', {
    path,
    pathBytes,
    bytes: count.describe('of data that were moved'),
    type,
    changes,
  }),
  event('created-directory', 'a directory was made', { path, pathBytes }),
  event('updated', 'attributes were set, without data', { path, pathBytes, type, changes }),
  event('linked', 'a name became one more name of a file', {
    path,
    pathBytes,
    target: path,
    targetBytes: pathBytes,
  }),
  event('deleted', 'an entry was deleted with all below it', {
    path,
    pathBytes,
    entries: count,
    kept: z.boolean().describe('the directory stays, for something in it is excluded'),
  }),
  event('backed-up', 'what was at the path is kept (--backup-dir), before it is replaced or deleted', {
    path,
    pathBytes,
    to: path.describe('below the directory of --backup-dir'),
    toBytes: pathBytes,
  }),
  event('renamed', 'a rename was repeated', {
    from: path,
    fromBytes: pathBytes,
    to: path,
    toBytes: pathBytes,
  }),
  event('failed', 'an entry could not be synchronized', {
    path,
    pathBytes,
    reason: z.string(),
    retryMs: z.number().nullable().describe('milliseconds until the next try; null: given up'),
  }),
  event('recovered', 'an entry that had failed is in order', { path, pathBytes }),
  event('warning', 'something a person should know', { text: z.string() }),
  event('stats', 'totals of the run, before its end', {
    copied: count,
    bytes: count,
    createdDirectories: count,
    updated: count,
    deleted: count,
    renamed: count,
    linked: count,
    failures: count,
  }),
  event('end', 'the last line of a pair; the last of all has no pair, and the exit code of the program', {
    exitCode: z.int(),
    code: z.string().optional().describe('of the error that ended it, e.g. SOURCE_GONE'),
    message: z.string().optional(),
  }),
]);

export type JsonEvent = z.infer<typeof jsonEvent>;
