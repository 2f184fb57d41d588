/** Runs one of the programs that packaging needs; its own last words become part of the error. */
import { execa, ExecaError, type Options } from 'execa';
import { PackageError } from './error.ts';

/** `hint` is what to type when it fails. An abort rejects with the signal's reason. */
export async function runTool(
  command: readonly [string, ...string[]],
  hint: string,
  signal: AbortSignal,
  env: NonNullable<Options['env']> = {},
): Promise<void> {
  const [program, ...args] = command;
  try {
    await execa(program, args, { cancelSignal: signal, killDescendants: true, all: true, env });
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExecaError)) throw error;
    const ending = error.signal ?? `exit code ${error.exitCode}`;
    const found = error.code === 'ENOENT' ? 'no such program' : `${ending}\n${error.all ?? ''}`;
    throw new PackageError('TOOL_FAILED', `run ${command.join(' ')}`, found, hint, error);
  }
}
