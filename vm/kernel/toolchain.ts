/** Which compiler and binutils build the kernel: a part of its key, as other versions give other bytes. */
import type { Context } from '../context.ts';
import { InfraError } from '../errors.ts';
import { runTool } from '../host/tool.ts';

export interface Toolchain {
  /** First lines of `gcc --version` and `ld --version`. */
  readonly gcc: string;
  readonly ld: string;
  /** Whether ccache is there; it must not change a byte, so it is no part of a key. */
  readonly ccache: boolean;
}

/** @throws `InfraError` `TOOL_MISSING` when there is no gcc or ld */
export async function readToolchain(ctx: Context): Promise<Toolchain> {
  const [gcc, ld, ccache] = await Promise.all([
    firstLine('gcc', ctx),
    firstLine('ld', ctx),
    firstLine('ccache', ctx).then(
      () => true,
      (error: unknown) => {
        if (error instanceof InfraError) return false;
        throw error;
      },
    ),
  ]);
  return { gcc, ld, ccache };
}

async function firstLine(command: string, ctx: Context): Promise<string> {
  const result = await runTool(command, ['--version'], { signal: ctx.signal, env: { LC_ALL: 'C' } });
  return result.stdout.split('\n')[0] ?? '';
}
