/**
 * A shell in a guest, on the user's terminal.
 *
 * The shell runs on the guest's ttyS0, which gives it job control, line editing and the kernel's warnings; the agent,
 * on the other line, starts it and tells its exit status.
 */
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Context } from '../context.ts';
import { bootVm } from './boot.ts';
import type { BootOptions } from './boot-options.ts';
import type { Vm } from './vm.ts';

/** The user's side: a terminal, or anything that can be piped. */
export interface ShellStreams {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: Writable & { readonly rows?: number; readonly columns?: number };
}

/** What the guest's shell prompts with, before the folder: tells the two machines apart, and that the shell reads. */
const PROMPT = 'guest:';

/** Warnings and worse are shown; the kernel's other news, of which dmesg has all, would tear what is typed. */
const CONSOLE_LEVEL = '5';

/** Ctrl-D: how a terminal says that there is no more input. */
const END_OF_INPUT = '\x04';

/**
 * Boots a guest and connects the streams to a shell in it.
 *
 * @returns the shell's exit status, or 128 and the signal's number as shells have it
 * @throws what bootVm throws; VmError when the guest ends before the shell
 */
export async function openShell(
  options: BootOptions,
  ctx: Context,
  streams: ShellStreams = { input: process.stdin, output: process.stdout },
): Promise<number> {
  await using vm = await bootVm({ name: 'shell', ...options }, ctx);
  await setSize(vm, streams.output);
  await vm.writeFile('/proc/sys/kernel/printk', CONSOLE_LEVEL);
  const shell = await vm.spawn(['/bin/sh', '-c', 'exec /bin/sh -i </dev/ttyS0 >/dev/ttyS0 2>&1'], {
    stdin: false,
    env: { TERM: process.env['TERM'] ?? 'vt100', HOME: '/root', PS1: `${PROMPT}\\w# ` },
  });
  const disconnect = connect(vm, streams);
  try {
    const { code, signal } = await shell.exited;
    return code ?? 128 + constants.signals[signal as NodeJS.Signals];
  } finally {
    disconnect();
  }
}

/** Connects the terminals; the returned function takes them apart again. */
function connect(vm: Vm, { input, output }: ShellStreams): () => void {
  const { terminal } = vm;
  let greeting = '';
  const show = (chunk: Buffer): void => void output.write(chunk);
  const type = (chunk: Buffer): void => void terminal.input.write(chunk);
  const endOfInput = (): void => void terminal.input.write(END_OF_INPUT);
  const resize = (): void => void setSize(vm, output).catch(() => undefined);
  // What is typed before the shell reads would be lost when it sets its terminal up: it prompts after that.
  const awaitPrompt = (chunk: Buffer): void => {
    greeting += chunk.toString('latin1');
    if (!greeting.includes(PROMPT)) return;
    terminal.output.off('data', awaitPrompt);
    input.on('data', type);
    input.on('end', endOfInput);
  };
  terminal.output.on('data', show);
  terminal.output.on('data', awaitPrompt);
  output.on('resize', resize);
  // Ctrl-C and the like are for the guest's shell.
  if (input.isTTY) input.setRawMode?.(true);
  return () => {
    if (input.isTTY) input.setRawMode?.(false);
    terminal.output.off('data', show);
    terminal.output.off('data', awaitPrompt);
    input.off('data', type);
    input.off('end', endOfInput);
    output.off('resize', resize);
    // Else an idle terminal would keep the harness alive.
    input.pause();
  };
}

/** A serial line does not know the size of the terminal at its end. */
async function setSize(vm: Vm, { rows, columns }: ShellStreams['output']): Promise<void> {
  if (rows === undefined || columns === undefined) return;
  await vm.exec(['stty', '-F', '/dev/ttyS0', 'rows', String(rows), 'cols', String(columns)]);
}
