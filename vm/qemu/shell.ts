/**
 * A shell, or one command, in a guest on the user's terminal.
 *
 * The agent starts the program on a pseudo terminal of the guest, which has job control, line editing and a size; here the
 * user's terminal is made raw, so that every key, Ctrl+C too, is the guest's. The kernel's console is another line, and tears
 * nothing. No deadline ends a shell at which somebody thinks: the agent beats as long as the guest lives.
 */
import type { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import type { Context } from '../context.ts';
import { exitStatus, type GuestProcess, type TerminalSize } from '../guest/guest-process.ts';
import { EXIT_INTERRUPTED } from '../verdict.ts';
import { bootVm } from './boot.ts';
import type { BootOptions } from './boot-options.ts';

/** The user's side: a terminal, or anything that can be piped. */
export interface ShellStreams {
  readonly input: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly output: Writable & { readonly rows?: number; readonly columns?: number };
}

export interface ShellOptions {
  /** An interactive shell by default. */
  readonly command?: readonly string[] | undefined;
  /** Those of this process by default. */
  readonly streams?: ShellStreams;
}

/** What the guest's shell prompts with, before the folder: tells the two machines apart. */
const PROMPT = 'guest:';

const INTERACTIVE = ['/bin/sh', '-i'];

/** Ctrl+], three times in a row: the way out when the program in the guest does not react, as machinectl has it. */
const ESCAPE = 0x1d;
const ESCAPE_COUNT = 3;

/**
 * Boots a guest and connects the streams to a shell in it, or to `command`.
 *
 * @returns the program's exit status, or 128 and the signal's number as shells have it; 130 when the user left by Ctrl+]
 * @throws what bootVm throws; VmError when the guest ends before the program, or ends badly after it
 */
export async function openShell(
  options: BootOptions,
  ctx: Context,
  { command = INTERACTIVE, streams = { input: process.stdin, output: process.stdout } }: ShellOptions = {},
): Promise<number> {
  const connection = new Connection(streams);
  const events: Context['events'] = {
    emit: (event) => {
      // The live line would write into what the program in the guest draws.
      if (connection.open && (event.kind === 'vm.call' || event.kind === 'vm.return')) return;
      // What is said of the guest's end is for a terminal in its ordinary state.
      if (event.kind === 'vm.end') connection.close();
      ctx.events.emit(event);
    },
  };
  await using vm = await bootVm({ name: 'shell', ...options }, { ...ctx, events });
  if (streams.input.isTTY) ctx.events.emit({ kind: 'note', text: 'exit leaves; so does Ctrl+] three times' });
  connection.open = true;
  try {
    const program = await vm.spawn(command, {
      cwd: '/root',
      env: { TERM: process.env['TERM'] ?? 'vt100', PS1: `${PROMPT}\\w# ` },
      terminal: sizeOf(streams),
      onOutput: (chunk) => void streams.output.write(chunk),
    });
    await connection.connect(program);
    return await Promise.race([program.exited.then(exitStatus), connection.escaped]);
  } finally {
    connection.close();
  }
}

/** What a pipe has no size for is as large as terminals once were. */
function sizeOf({ output: { rows = 24, columns = 80 } }: ShellStreams): TerminalSize {
  return { rows, columns };
}

/** The user's terminal while it belongs to the program in the guest. */
class Connection {
  /** Whether the terminal is not ours to write to. */
  open = false;
  /** Resolves when the user wants to leave, whatever the program does. */
  readonly escaped: Promise<number>;
  readonly #streams: ShellStreams;
  readonly #escape = Promise.withResolvers<number>();
  #disconnect = (): void => undefined;

  constructor(streams: ShellStreams) {
    this.#streams = streams;
    this.escaped = this.#escape.promise;
  }

  async connect(program: GuestProcess): Promise<void> {
    const { input, output } = this.#streams;
    let escapes = 0;
    const type = (chunk: Buffer): void => {
      for (const byte of chunk) {
        escapes = byte === ESCAPE ? escapes + 1 : 0;
        if (escapes === ESCAPE_COUNT) this.#escape.resolve(EXIT_INTERRUPTED);
      }
      void program.write(chunk);
    };
    const end = (): void => void program.end();
    const resize = (): void => void program.resize(sizeOf(this.#streams)).catch(() => undefined);
    this.#disconnect = () => {
      this.#disconnect = () => undefined;
      if (input.isTTY) input.setRawMode?.(false);
      input.off('data', type);
      input.off('end', end);
      output.off('resize', resize);
      // Else an idle terminal would keep the harness alive.
      input.pause();
    };
    if (input.isTTY) {
      input.setRawMode?.(true);
      // Node leaves newlines to the terminal; the program in the guest moves the cursor by them.
      await execa('stty', ['-opost'], { stdin: 'inherit', reject: false });
    }
    input.on('data', type);
    input.on('end', end);
    output.on('resize', resize);
    // It may have changed while the guest booted.
    resize();
  }

  /** Gives the terminal back, in the state that it had. */
  close(): void {
    this.open = false;
    this.#disconnect();
  }
}
