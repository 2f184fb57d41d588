/** Runs make on a configured worktree: progress, the log, and what a failure says. */
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import type { ToolResult } from '../host/tool.ts';
import type { Flavour } from './layout.ts';
import { runMake } from './make.ts';
import type { Toolchain } from './toolchain.ts';
import type { Worktree } from './worktree.ts';

export interface CompileOptions {
  readonly worktree: Worktree;
  readonly flavour: Flavour;
  readonly jobs: number;
  readonly toolchain: Toolchain;
}

/** kbuild's short lines, `  CC      kernel/fork.o`: one is one step. */
const STEP = /^ {2}[A-Z][A-Z0-9_]+ +(\S+)/;

/**
 * Builds bzImage.
 *
 * The whole output goes to `build.log` in the worktree's folder. A first build leaves its number of steps beside, so
 * that the next one from nothing knows how far it is.
 *
 * @returns the number of steps
 * @throws `UserError` `COMPILE_FAILED` with the first errors and the path of the log
 */
export async function runCompile(options: CompileOptions, ctx: Context): Promise<number> {
  const { worktree, jobs, toolchain } = options;
  const running = join(worktree.dir, 'compiling');
  // Only a make that was killed leaves this file. It may have left half an object with a new time, too.
  if (existsSync(running)) await discardObjects(worktree, ctx);
  const first = !existsSync(join(worktree.build, 'vmlinux'));
  const totalFile = join(worktree.dir, 'steps');
  const total = first ? Number(await readFile(totalFile, 'utf8').catch(() => '')) || undefined : undefined;

  const onLine = (line: string): void => {
    log.write(`${line}\n`);
    const step = STEP.exec(line);
    if (step?.[1] === undefined) return;
    steps += 1;
    ctx.events.emit({
      kind: 'stage.progress',
      stage: 'build',
      done: steps,
      ...(total === undefined ? {} : { total: Math.max(total, steps) }),
      unit: 'steps',
      detail: step[1],
    });
  };
  let steps = 0;
  let forced = true;
  const log = createWriteStream(join(worktree.dir, 'build.log'));
  await writeFile(running, '');
  let result: ToolResult;
  try {
    result = await runMake(worktree, [`-j${jobs}`, 'bzImage'], toolchain, ctx, {
      onLine,
      onEnd: (how) => {
        forced = how.forced;
      },
    });
  } finally {
    log.end();
    await finished(log);
    // A make that was asked to end has deleted its half-made targets; one that was killed has not.
    if (!forced) await rm(running);
  }
  if (result.exitCode !== 0) throw await compileFailed(options.flavour, log.path.toString());
  if (first) await writeFile(totalFile, String(steps));
  return steps;
}

async function discardObjects(worktree: Worktree, ctx: Context): Promise<void> {
  ctx.events.emit({
    kind: 'note',
    text: 'the last build was killed: its objects are not trusted and built again',
  });
  const config = await readFile(join(worktree.build, '.config'));
  await rm(worktree.build, { recursive: true });
  await mkdir(worktree.build);
  await writeFile(join(worktree.build, '.config'), config);
}

/** Compilers, the linker and make itself, each in its own words. */
const ERROR_LINE = /\berror: |: undefined reference to |multiple definition of|: fatal: |^make.*\*\*\* /;

async function compileFailed(flavour: Flavour, log: string): Promise<UserError> {
  const lines = (await readFile(log, 'utf8')).split('\n');
  const errors = lines.filter((line) => ERROR_LINE.test(line)).slice(0, 5);
  const found = errors.length > 0 ? errors : lines.slice(-10);
  return new UserError({
    code: 'COMPILE_FAILED',
    tried: `make bzImage (${flavour} kernel)`,
    found: found.join('\n         '),
    hint: `less ${log}`,
  });
}
