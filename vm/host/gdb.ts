/** The host's gdb, on this terminal or fed from a file, looking at a guest's kernel. */
import { execa } from 'execa';
import { InfraError } from '../errors.ts';
import { TREE_IN_DEBUG_INFO } from '../kernel/make.ts';
import { findCommand } from './find-command.ts';

export interface GdbSession {
  /** The ELF file with the symbols. */
  readonly vmlinux: string;
  /** Where the sources are that it was built from. */
  readonly tree: string;
  /** The stub's Unix socket. */
  readonly socket: string;
  /** A function to stop at. */
  readonly breakpoint?: string;
  /** A file of commands to run instead of reading them from the terminal. */
  readonly batch?: string;
}

/** gdb's arguments: what the person would have to type at its start. */
export function gdbArguments({ vmlinux, tree, socket, breakpoint, batch }: GdbSession): string[] {
  const commands = [
    `set substitute-path ${TREE_IN_DEBUG_INFO} ${tree}`,
    // Pages and questions need somebody who answers.
    ...(batch === undefined ? [] : ['set pagination off', 'set confirm off']),
    `target remote ${socket}`,
    ...(breakpoint === undefined ? [] : [`break ${breakpoint}`]),
  ];
  return [
    '-quiet',
    // A script gives the same whatever the user's own .gdbinit holds.
    ...(batch === undefined ? [] : ['-nx', '-batch']),
    ...commands.flatMap((command) => ['-ex', command]),
    // At its end gdb kills what it is attached to; the guest shall end in its own way.
    ...(batch === undefined ? [] : ['-x', batch, '-ex', 'delete', '-ex', 'detach']),
    vmlinux,
  ];
}

/**
 * Runs gdb to its end and returns its exit code. Ctrl+C is for gdb, which stops the guest then, and not for us.
 *
 * @throws InfraError `TOOL_MISSING` when there is no gdb
 */
export async function runGdb(session: GdbSession, signal: AbortSignal): Promise<number> {
  const gdb = await findGdb();
  const restore = ignoreInterrupts();
  try {
    const { exitCode } = await execa(gdb, gdbArguments(session), {
      stdin: session.batch === undefined ? 'inherit' : 'ignore',
      stdout: 'inherit',
      stderr: 'inherit',
      cancelSignal: signal,
      reject: false,
    });
    signal.throwIfAborted();
    return exitCode ?? 1;
  } finally {
    restore();
  }
}

/** Where gdb is: asked before minutes are spent on a kernel for it. */
export async function findGdb(): Promise<string> {
  const path = await findCommand('gdb');
  if (path !== undefined) return path;
  throw new InfraError({
    code: 'TOOL_MISSING',
    tried: 'find gdb, to debug the guest',
    found: `no gdb on PATH (${process.env['PATH'] ?? 'PATH is not set'})`,
    hint: 'npm run vm:doctor -- --install',
  });
}

function ignore(): void {
  // It is for gdb, which gets it, too.
}

/** The terminal sends Ctrl+C to every process in front of it, to gdb and to us. */
function ignoreInterrupts(): () => void {
  const handlers = process.rawListeners('SIGINT') as NodeJS.SignalsListener[];
  process.removeAllListeners('SIGINT');
  process.on('SIGINT', ignore);
  return () => {
    process.off('SIGINT', ignore);
    for (const handler of handlers) process.on('SIGINT', handler);
  };
}
