/** Downloads one file and hashes it on the way. */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Context } from '../../context.ts';
import { InfraError } from '../../errors.ts';
import { diskFullError, isDiskFull } from '../../host/tool.ts';

/** An event for each started 4 MiB. */
const BYTES_PER_EVENT = 4 << 20;

export interface DownloadOptions {
  readonly url: string;
  /** Where to put the file. */
  readonly dest: string;
  /** How long the server may take to answer with its headers, in ms. */
  readonly connectTimeoutMs: number;
  /** How long it may send nothing, once it sends, in ms. */
  readonly stallTimeoutMs: number;
}

/**
 * Downloads `url` to `dest` and returns the sha256, in hex, of what came.
 *
 * @throws `InfraError` `SOURCE_UNREACHABLE` (no answer, or not 200), `DOWNLOAD_CUT_OFF`, `DISK_FULL`; the signal's reason
 */
export async function download(options: DownloadOptions, ctx: Context): Promise<string> {
  const { url, dest } = options;
  const tried = `download ${url}`;
  const watchdog = new AbortController();
  const signal = AbortSignal.any([ctx.signal, watchdog.signal]);
  let timer = setTimeout(() => watchdog.abort(), options.connectTimeoutMs);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => watchdog.abort(), options.stallTimeoutMs);
  };
  let received = 0;
  let total: number | undefined;
  try {
    const response = await fetch(url, { signal });
    if (response.status !== 200 || response.body === null) {
      throw unreachable(tried, `the server answered ${response.status} ${response.statusText}`);
    }
    alive();
    total = Number(response.headers.get('content-length')) || undefined;
    const hash = createHash('sha256');
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        alive();
        hash.update(chunk);
        const before = Math.floor(received / BYTES_PER_EVENT);
        received += chunk.length;
        if (Math.floor(received / BYTES_PER_EVENT) > before) emitProgress(ctx, received, total);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), meter, createWriteStream(dest), { signal });
    if (total !== undefined && received < total) throw cutOff(tried, received, total);
    return hash.digest('hex');
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof InfraError) throw error;
    if (isDiskFull(error)) throw diskFullError(tried, dest, error);
    if (received > 0 || total !== undefined) throw cutOff(tried, received, total, error);
    const found = watchdog.signal.aborted
      ? `no answer within ${options.connectTimeoutMs} ms`
      : reasonOf(error);
    throw unreachable(tried, found, error);
  } finally {
    clearTimeout(timer);
  }
}

function emitProgress(ctx: Context, done: number, total: number | undefined): void {
  const known = total === undefined ? {} : { total };
  ctx.events.emit({
    kind: 'stage.progress',
    stage: 'fetch',
    done,
    ...known,
    unit: 'bytes',
    detail: 'download',
  });
}

/** fetch hides the reason in `cause`: `TypeError: fetch failed` alone helps nobody. */
function reasonOf(error: unknown): string {
  const causes: string[] = [];
  for (let e: unknown = error; e instanceof Error; e = e.cause) causes.push(e.message);
  return causes.join(': ');
}

function unreachable(tried: string, found: string, cause?: unknown): InfraError {
  const hint = 'npm run vm:fetch -- --source debian, or --source <tarball or tree>';
  return new InfraError({ code: 'SOURCE_UNREACHABLE', tried, found, hint, cause });
}

function cutOff(tried: string, received: number, total: number | undefined, cause?: unknown): InfraError {
  const found = `it ended after ${received} of ${total ?? 'an unknown number of'} bytes`;
  return new InfraError({ code: 'DOWNLOAD_CUT_OFF', tried, found, hint: 'run it again', cause });
}
