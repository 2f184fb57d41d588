/** Takes a line of the console apart into what printk puts before a message, and the message. */

export interface KernelLine {
  /** Seconds since boot. */
  readonly seconds: number;
  /** `T12` (task) or `C0` (processor, in an interrupt) with CONFIG_PRINTK_CALLER, else empty. */
  readonly caller: string;
  readonly text: string;
}

/**
 * `[   12.345678] ` and with CONFIG_PRINTK_CALLER `[   12.345678][    T1] `, before it `<4>` when levels are printed.
 *
 * Not bound to the line's begin: what a program wrote to the console without a newline stands before it.
 */
const STAMP = /(?:<\d+>)?\[ *(\d+\.\d{6})\](?:\[ *([TC]\d+)\])? /;

/**
 * The kernel's message in a line of the console, or undefined when the line is not the kernel's.
 *
 * The stamp is the only difference between the two: a program that prints "WARNING: ..." is no splat. So the guest must
 * be booted with printk.time=1, as the harness does.
 */
export function kernelLine(line: string): KernelLine | undefined {
  const match = STAMP.exec(line);
  if (match === null) return undefined;
  const [stamp, seconds = '', caller = ''] = match;
  return { seconds: Number(seconds), caller, text: line.slice(match.index + stamp.length).trimEnd() };
}
