/**
 * Unpacks a kernel tarball into a folder that does not exist yet.
 *
 * `xz -dc` feeds tar's strict unpacker, which refuses whatever would land outside the folder: `..`, absolute paths, and
 * writing through a symbolic link. After an error the folder is half full and the caller's to remove.
 */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { execa } from 'execa';
import { Unpack } from 'tar';
import type { Context } from '../../context.ts';
import { InfraError, UserError, type HarnessError } from '../../errors.ts';
import { diskFullError, hostEnv, isDiskFull } from '../../host/tool.ts';

/** A kernel has 80,000 entries: this gives some 40 events. */
const ENTRIES_PER_EVENT = 2000;

/**
 * Unpacks `tarball` (.tar, .tar.gz or .tar.xz) into `dest`, without the archive's top folder.
 *
 * @throws `UserError` `TARBALL_ESCAPES` or `TARBALL_BROKEN`, `InfraError` `DISK_FULL` or `TOOL_MISSING`, or the
 *   signal's reason
 */
export async function unpackTarball(tarball: string, dest: string, ctx: Context): Promise<void> {
  await mkdir(dest, { recursive: true });
  const tried = `unpack ${tarball}`;
  let entries = 0;
  let absolute: string | undefined;
  const unpack = new Unpack({
    cwd: dest,
    strip: 1,
    strict: true,
    preserveOwner: false,
    // `strip` makes an absolute path a harmless relative one before tar's own checks see it.
    filter: (path) => {
      if (path.startsWith('/')) absolute ??= path;
      return !path.startsWith('/');
    },
    onReadEntry: () => {
      entries += 1;
      if (entries % ENTRIES_PER_EVENT !== 0) return;
      ctx.events.emit({
        kind: 'stage.progress',
        stage: 'fetch',
        done: entries,
        unit: 'files',
        detail: 'unpacked',
      });
    },
  });
  try {
    await (tarball.endsWith('.xz')
      ? feedXz(tarball, unpack, ctx.signal)
      : feed(createReadStream(tarball), unpack, ctx.signal));
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw explain(error, tried, dest);
  }
  if (absolute !== undefined) throw escape(tried, dest, absolute);
  if (entries === 0) throw broken(tried, 'it holds no files');
}

async function feedXz(tarball: string, unpack: Unpack, signal: AbortSignal): Promise<void> {
  const xz = execa('xz', ['-dc', '-T0', tarball], {
    cancelSignal: signal,
    extendEnv: false,
    env: hostEnv(),
    stdin: 'ignore',
    buffer: { stdout: false },
    reject: false,
  });
  try {
    await feed(xz.stdout, unpack, signal);
  } catch (error) {
    xz.kill();
    const { stderr, code } = await xz;
    if (code === 'ENOENT') throw new Error('xz is missing', { cause: error });
    // When xz had something to complain of, tar's error is only what followed from it.
    throw stderr === '' ? error : new Error(stderr, { cause: error });
  }
  const result = await xz;
  if (result.failed) throw new Error(result.stderr, { cause: result.cause });
}

/** tar's stream is an older kind than node:stream's, with the same events; it is done when it has closed every file. */
async function feed(chunks: AsyncIterable<Buffer>, unpack: Unpack, signal: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve, reject) => {
    unpack.once('close', resolve);
    unpack.on('error', reject);
  });
  let failure: unknown;
  closed.catch((error: unknown) => {
    failure = error;
  });
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    if (failure !== undefined) throw failure;
    if (!unpack.write(chunk)) await once(unpack, 'drain', { signal });
  }
  unpack.end();
  await closed;
}

function explain(error: unknown, tried: string, dest: string): HarnessError {
  if (isDiskFull(error)) return diskFullError(tried, dest, error);
  const found = error instanceof Error ? error.message : String(error);
  if (found === 'xz is missing') {
    const hint = 'apt-get install xz-utils';
    return new InfraError({ code: 'TOOL_MISSING', tried, found: 'no xz on PATH', hint, cause: error });
  }
  // The words of tar's own checks; a test holds each of them.
  if (/contains '\.\.'|escape|stripping .* from absolute|TAR_SYMLINK_ERROR/i.test(found)) {
    return escape(tried, dest, found, error);
  }
  return broken(tried, found, error);
}

function escape(tried: string, dest: string, entry: string, cause?: unknown): UserError {
  const found = `an entry that would be written outside ${dest}: ${entry}`;
  return new UserError({ code: 'TARBALL_ESCAPES', tried, found, hint: 'do not use this tarball', cause });
}

function broken(tried: string, found: string, cause?: unknown): UserError {
  return new UserError({ code: 'TARBALL_BROKEN', tried, found, hint: 'fetch the file again', cause });
}
