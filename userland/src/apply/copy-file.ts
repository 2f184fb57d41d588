/** Copies regular files: one, or many small ones at once. */
import type { FileState } from '../compare/content-ledger.ts';
import { FILE_TYPE, type ByteString, type Stat } from '../native/addon.ts';
import type { DirectoryPair } from './directory-pair.ts';
import type { ExecutorContext } from './executor.ts';
import { AGAIN, did, NOTHING, type DoneOutcome, type Outcome } from './outcome.ts';
import { publish } from './write-entry.ts';

/**
 * Timestamps of Linux 6.1 advance once a timer tick (4 ms at HZ=250, 10 ms at HZ=100): a second write within a tick
 * leaves no trace in them. Two of the longest ticks after its last change, every write of a file that begins shows. (One that
 * had begun shows by its event: see `ContentLedger`.)
 *
 * In a watched directory nothing has to be waited for: inotify queues its event after the data is written, so behind the
 * last write there is always an event that has not been read when the file is copied. All that is needed is to believe
 * it, that is, not to remember a young copy as the file's last state (`DoneOutcome.settled`). Without a watch, and in a run
 * that ends, nobody will tell: there a young file is put off.
 */
export const RACY_MS = 20;

/** Up to here a copy that turns out to be needless costs less than the wait that would spare it. */
export const CHEAP_BYTES = 64 * 1024;

/** How a young file is treated. */
export interface Care {
  /** An event will tell of each further write. */
  readonly watched: boolean;
  /** It may be put off. */
  readonly patient: boolean;
}

/** Copies a file whose bytes differ though size and mtime do not. */
export async function verify(
  context: ExecutorContext,
  pair: DirectoryPair,
  name: ByteString,
  care: Care,
): Promise<Outcome> {
  const { addon, copies } = context;
  if (await addon.sameContent(pair.source, name, pair.destination, copies)) return NOTHING;
  if (context.dryRun) return did('copied');
  pair.makeWritable();
  return copy(context, pair, name, care);
}

export async function copy(
  context: ExecutorContext,
  pair: DirectoryPair,
  name: ByteString,
  care: Care,
): Promise<Outcome> {
  const { addon, backup, copies, inFlight, policy, fsync } = context;
  const source = addon.statAt(pair.source, name);
  if (source === null || source.type !== FILE_TYPE.REGULAR) return AGAIN;
  const begin = context.clock();
  const delayMs = care.patient ? youth(context, pair, name, source, care.watched) : 0;
  if (delayMs > 0) return { kind: 'again', delayMs };
  const finalName = backup === null ? { finalName: name } : {};
  const options = { ...finalName, owner: policy.owner, xattrs: policy.xattrs, fsync };
  const flight = { directory: pair.path, name, bytes: Math.min(source.size, source.blocks * 512) };
  const result = await context.temps.with(async (temp) => {
    const copied = await inFlight.with(flight, () =>
      addon.copyFile(pair.source, name, pair.destination, temp, options, copies),
    );
    if (backup === null || copied.changed) return copied;
    publish(context, pair, name, temp, () => undefined);
    if (fsync) addon.fsync(pair.destination);
    return copied;
  });
  if (result.changed) return AGAIN;
  if (result.xattrsRefused) context.onXattrsRefused();
  return copiedOutcome(context, begin, result.bytes, result.source);
}

/** Of what was copied, and by the time before it: the file may have been rewritten while the copy waited for its turn. */
function copiedOutcome(
  { clock }: ExecutorContext,
  begin: number,
  bytes: number,
  source: FileState,
): DoneOutcome {
  const changedAt = changeTime(source);
  const settled = changedAt <= begin - RACY_MS;
  // A change in the future (another machine's clock) says nothing about the tick that we are in.
  const racy = !settled && changedAt <= clock() + RACY_MS;
  return { ...NOTHING, did: 'copied', bytes, source, settled, racy };
}

/**
 * Copies new files as far as that is simple: null for each that has to be looked at by itself. The same care is taken as
 * for a single one.
 */
export async function copyMany(
  context: ExecutorContext,
  pair: DirectoryPair,
  names: readonly ByteString[],
  watched: boolean,
): Promise<(DoneOutcome | null)[]> {
  const { addon, copies, fsync, policy, temps } = context;
  pair.makeWritable();
  const begin = context.clock();
  const list = Buffer.from(`${names.join('\0')}\0`, 'latin1');
  const options = { owner: policy.owner, xattrs: policy.xattrs, fsync, restMs: RACY_MS, young: watched };
  const results = await temps.with((temp) =>
    addon.copyMany(pair.source, pair.destination, temp, list, options, copies),
  );
  return readCopied(results).map((result) => {
    if (result === null) return null;
    if (result.xattrsRefused) context.onXattrsRefused();
    return copiedOutcome(context, begin, result.bytes, result.source);
  });
}

const COPIED_XATTRS_REFUSED = 2n;
const COPIED_FIELDS = 5;

/** The results of `Addon.copyMany`: the layout is that of `struct copied` of native/copy_many.c. */
export function readCopied(
  results: ArrayBuffer,
): ({ bytes: number; source: FileState; xattrsRefused: boolean } | null)[] {
  const fields = new BigInt64Array(results);
  return Array.from({ length: fields.length / COPIED_FIELDS }, (_, index) => {
    const at = index * COPIED_FIELDS;
    const [flags = 0n, bytes, ino = 0n, sec, nsec] = fields.subarray(at, at + COPIED_FIELDS);
    if (flags === 0n) return null;
    return {
      bytes: Number(bytes),
      source: { ino: BigInt.asUintN(64, ino), ctimeSec: Number(sec), ctimeNsec: Number(nsec) },
      xattrsRefused: (flags & COPIED_XATTRS_REFUSED) !== 0n,
    };
  });
}

/** Milliseconds for which a file should rest before it is copied; 0: none. */
function youth(
  { addon, clock }: ExecutorContext,
  pair: DirectoryPair,
  name: ByteString,
  source: Stat,
  watched: boolean,
): number {
  const age = clock() - changeTime(source);
  if (Math.abs(age) >= RACY_MS) return 0;
  // Who has just made or truncated a file is about to write to it.
  if (!watched || source.size === 0 || source.size > CHEAP_BYTES) return RACY_MS - age;
  // A small file is copied at once, but not for each of a thousand writes in a second.
  const last = addon.statAt(pair.destination, name);
  const copyAge = last === null ? RACY_MS : clock() - changeTime(last);
  return Math.abs(copyAge) >= RACY_MS ? 0 : RACY_MS - copyAge;
}

/** When the file's content or attributes were changed last: milliseconds since the epoch. */
export function changeTime(stat: Pick<FileState, 'ctimeSec' | 'ctimeNsec'>): number {
  return stat.ctimeSec * 1000 + stat.ctimeNsec / 1e6;
}
