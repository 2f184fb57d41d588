/**
 * Allocations that fail: the kernel's fault injection, for one program, one failure at a time, so that every way out of a
 * system call is taken once.
 *
 * Needs a kernel with CONFIG_FAULT_INJECTION: `--kernel debug`.
 */
import { constants } from 'node:os';
import { UsageError } from '../errors.ts';
import type { ExecOptions, ExecResult } from '../guest/agent-client.ts';
import type { Bytes } from '../guest/wire-bytes.ts';
import type { Vm } from '../qemu/vm.ts';

export interface FailNthOptions extends Omit<ExecOptions, 'uid' | 'gid'> {
  /** Count in system calls of this number only; without it, from the program's exec to its end. */
  readonly syscall?: number;
}

export interface FailNthResult extends ExecResult {
  readonly n: number;
  /** Whether there was an `n`th operation that could fail. */
  readonly injected: boolean;
}

/** A sweep that goes on for longer than this has met a program that tries again for ever. */
const MOST = 10_000;

/**
 * Runs `argv` and has the `n`th allocation, or copy from or to user memory, of its first thread fail. What the program made
 * of it is the result; what the kernel did is in its log, and in the guest's verdict.
 *
 * @param n from 1
 * @throws UsageError when the kernel cannot inject faults, or there is no such program
 */
export async function failNth(
  vm: Vm,
  argv: readonly Bytes[],
  n: number,
  options: FailNthOptions = {},
): Promise<FailNthResult> {
  const { syscall = -1, ...rest } = options;
  const report = `/run/fail-nth.${n}`;
  await vm.writeFile(report, '');
  const result = await vm.exec(['faults', 'fail-nth', report, String(n), String(syscall), ...argv], rest);
  if (result.code !== 0) {
    throw new UsageError({
      code: 'FAIL_NTH',
      tried: `run ${argv.map(String).join(' ')} with its operation ${n} failing`,
      found: result.stderr.trim(),
      hint: 'boot the debug kernel: npm run vm:test -- --kernel debug FILE',
    });
  }
  const [injected, status] = String(await vm.readFile(report))
    .split(' ')
    .map(Number);
  return { ...result, ...decodeStatus(status ?? 0), n, injected: injected === 1 };
}

/** Runs `argv` again and again, with its first operation failing, its second ... until there is none left to fail. */
export async function* failNthSweep(
  vm: Vm,
  argv: readonly Bytes[],
  options: FailNthOptions = {},
): AsyncGenerator<FailNthResult> {
  for (let n = 1; n <= MOST; n++) {
    const result = await failNth(vm, argv, n, options);
    yield result;
    if (!result.injected) return;
  }
}

/** Linux's wait status, as wait(2) gives it. */
function decodeStatus(status: number): Pick<ExecResult, 'code' | 'signal'> {
  const number = status & 0x7f;
  if (number === 0) return { code: status >> 8, signal: null };
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return { code: null, signal: name ?? `SIG${number}` };
}
