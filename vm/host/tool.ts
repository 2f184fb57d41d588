/**
 * Runs a tool of the host to its end: the one place where a missing program, a full disk and Ctrl+C get their names.
 *
 * A tool that fails in its own way is the caller's to explain, so that is returned and not thrown.
 */
import { execa } from 'execa';
import { InfraError } from '../errors.ts';

export interface ToolOptions {
  /** Ends the tool and everything that it started. */
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** The whole environment but for PATH and HOME, which are always passed: results must not depend on the caller's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string | Uint8Array;
  /** Called for each line of stdout and stderr; then neither is kept in memory. */
  readonly onLine?: (line: string) => void;
  /** Called once the tool has ended, also when that is by `signal`; `forced` when it had no chance to tidy up. */
  readonly onEnd?: (how: { readonly forced: boolean }) => void;
}

export interface ToolResult {
  readonly exitCode: number | undefined;
  /** The signal that ended it, if one did. */
  readonly killedBy: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout and stderr as they were interleaved. */
  readonly all: string;
}

/** A generous time between asking a tool to end and forcing it, in ms: make first deletes its half-made targets. */
const GRACE_MS = 10_000;

/**
 * Runs `command` and waits for its end, whatever that is.
 *
 * @throws the signal's reason when `signal` was aborted; `InfraError` `TOOL_MISSING` when there is no such program, and
 *   `DISK_FULL` when the tool failed and said that there is no space left.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  options.signal.throwIfAborted();
  let diskFull = false;
  const watch = (line: string): void => {
    diskFull ||= isDiskFullText(line);
    options.onLine?.(line);
  };
  const subprocess = execa(command, args, {
    cancelSignal: options.signal,
    killDescendants: true,
    forceKillAfterDelay: GRACE_MS,
    extendEnv: false,
    env: { ...hostEnv(), ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    all: true,
    reject: false,
    stripFinalNewline: false,
    buffer: options.onLine === undefined,
  });
  if (options.onLine !== undefined)
    for await (const line of subprocess.iterable({ from: 'all' })) watch(line);
  const result = await subprocess;
  options.onEnd?.({ forced: result.signal === 'SIGKILL' });
  options.signal.throwIfAborted();
  if (result.code === 'ENOENT' || result.code === 'EACCES') throw missingTool(command, result.cause);
  const all = result.all ?? '';
  if (result.failed && (diskFull || isDiskFullText(all))) {
    throw diskFullError(`run ${command} ${args.join(' ')}`, options.cwd ?? '.');
  }
  return {
    exitCode: result.exitCode,
    killedBy: result.signal,
    stdout: result.stdout ?? '',
    stderr: result.stderr ?? '',
    all,
  };
}

/** As `runTool`, for a tool that has no business failing: throws `InfraError` `TOOL_FAILED` with the end of its output. */
export async function mustRun(
  command: string,
  args: readonly string[],
  options: ToolOptions,
): Promise<ToolResult> {
  const result = await runTool(command, args, options);
  if (result.exitCode === 0) return result;
  const end = result.killedBy === undefined ? `exit code ${result.exitCode}` : result.killedBy;
  throw new InfraError({
    code: 'TOOL_FAILED',
    tried: `run ${command} ${args.join(' ')}`,
    found: `${end}\n${lastLines(result.all, 10)}`,
  });
}

/** What every tool gets of the caller's environment. */
export function hostEnv(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

export function lastLines(text: string, count: number): string {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

export function diskFullError(tried: string, where: string, cause?: unknown): InfraError {
  return new InfraError({
    code: 'DISK_FULL',
    tried,
    found: `no space left on the file system of ${where}`,
    hint: `df -h ${where}; then free space, or set DIRSYNC_CACHE_DIR to a folder on a larger disk`,
    cause,
  });
}

/** Whether `error`, or a cause of it, is the system's ENOSPC or EDQUOT. */
export function isDiskFull(error: unknown): boolean {
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    const { code } = e as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') return true;
  }
  return false;
}

function isDiskFullText(text: string): boolean {
  return /No space left on device|Disk quota exceeded/.test(text);
}

function missingTool(command: string, cause: unknown): InfraError {
  return new InfraError({
    code: 'TOOL_MISSING',
    tried: `run ${command}`,
    found: `no program of that name on PATH (${process.env['PATH'] ?? 'PATH is not set'})`,
    hint: 'npm run vm:doctor',
    cause,
  });
}
