/** Runs the syncer under strace, which sees its system calls and can make them fail: real errors without real broken disks. */
import { execaSync } from 'execa';

export const STRACE_MISSING =
  execaSync('env', ['strace', '-o', '/dev/null', 'true'], { reject: false }).exitCode === 0
    ? false
    : 'no strace here';

/**
 * A command for `RunOptions.within`. `injection` is strace's own word for what happens to which call, such as
 * `pread64:error=EIO:when=1`; `path` limits it to calls on that file.
 */
export function injecting(injection: string, path?: string): string[] {
  const [calls] = injection.split(':');
  const only = path === undefined ? [] : ['-P', path];
  // Only the calls that matter stop the syncer; it is as fast as ever in the others.
  const quick = ['-f', '--seccomp-bpf', '-qq', '-o', '/dev/null'];
  return ['strace', ...quick, '-e', `trace=${calls}`, '-e', `inject=${injection}`, ...only];
}

/** A command for `RunOptions.within`: writes these calls, commas between, to `log`, with the path behind each descriptor. */
export function tracing(calls: string, log: string, ...more: readonly string[]): string[] {
  return ['strace', '-f', '-qq', '-y', '-o', log, '-e', `trace=${calls}`, ...more];
}
