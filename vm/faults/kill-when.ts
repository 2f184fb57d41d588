/** kill -9, or any other signal, at a moment that the guest itself gives. */
import { constants } from 'node:os';
import { HarnessError } from '../errors.ts';
import type { Exit, GuestProcess } from '../guest/guest-process.ts';
import type { Bytes } from '../guest/wire-bytes.ts';
import type { Vm } from '../qemu/vm.ts';

/**
 * When to send the signal: after output that matches, which takes the milliseconds of a message to the host and back; or as
 * soon as a file is there, which the guest sees for itself, within microseconds.
 */
export type Moment =
  | { readonly output: RegExp | string; readonly stream?: 'stdout' | 'stderr' }
  | { readonly file: Bytes };

/** The process ended before the moment came: nothing was tested. */
export class MomentMissedError extends HarnessError {
  constructor(signal: string, moment: string, { code, signal: ended }: Exit) {
    super('FAIL', {
      code: 'MOMENT_MISSED',
      tried: `send ${signal} to a process in the guest ${moment}`,
      found: `it ended before, with ${ended ?? `exit code ${code}`}`,
      hint: 'choose something that the process does while it still has work',
    });
  }
}

/**
 * Sends `signal` to the group of `process` at the given moment, and waits for its end.
 *
 * @throws OutputMissingError when the output does not come, MomentMissedError when the process ends before the file is there,
 *   or before the signal that follows the output
 */
export async function killWhen(
  vm: Vm,
  process: GuestProcess,
  moment: Moment,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<Exit> {
  if ('output' in moment) {
    const { output, stream = 'stdout' } = moment;
    await process.output(output, { stream });
    const sent = await process.kill(signal);
    const exit = await process.exited;
    if (!sent) throw new MomentMissedError(signal, `after the output ${String(output)}`, exit);
    return exit;
  }
  const { file } = moment;
  const number = String(constants.signals[signal]);
  const { code } = await vm.exec(['faults', 'await', file, String(process.pid), number]);
  const exit = await process.exited;
  if (code !== 0) throw new MomentMissedError(signal, `when ${String(file)} appears`, exit);
  return exit;
}
