/** What the benchmarks have in common that run programs in a guest and count instructions by its clock. */
import { HarnessError, InfraError } from '../errors.ts';
import type { ExecOptions } from '../guest/agent-client.ts';
import type { Vm } from '../qemu/vm.ts';

/**
 * Runs a program in the guest and returns what it wrote; `project` is the folder whose image has it.
 *
 * @throws HarnessError `BENCH_FAILED` when it fails
 */
export async function runProgram(
  vm: Vm,
  project: string,
  argv: readonly string[],
  options: Pick<ExecOptions, 'cwd' | 'timeout'>,
): Promise<string> {
  const { code, signal, stdout, stderr } = await vm.exec(argv, options);
  if (code === 0) return stdout;
  throw new HarnessError('FAIL', {
    code: 'BENCH_FAILED',
    tried: `run ${argv.join(' ')} in the guest`,
    found: `${stderr.trimEnd()} (${signal ?? `exit code ${code}`})`,
    hint: `npm run vm:shell -- --project ${project}, and run it there`,
  });
}

/**
 * Whatever is said of instructions stands on this: `loop` is what 2000 of them took, in nanoseconds.
 *
 * @throws InfraError `ICOUNT_INEXACT` when a nanosecond is no instruction; `bench` is what to try again
 */
export function checkClock(loop: number, bench: string): void {
  if (loop === 2000) return;
  throw new InfraError({
    code: 'ICOUNT_INEXACT',
    tried: 'count instructions by the clock of a guest under -icount shift=0',
    found: `a loop of 2000 instructions took ${loop} ns`,
    hint: `npm run vm:bench ${bench}, on another version of QEMU`,
  });
}
