/** Shows the test points of a C program that prints TAP in the guest as points of ours. */
import type { Test } from 'tap';
import { Parser, type Result } from 'tap-parser';
import type { ExecOptions } from '../../vm/guest/agent-client.ts';
import type { Vm } from '../../vm/qemu/vm.ts';

/** A point with what the program said about it. */
interface Point {
  readonly name: string;
  readonly ok: boolean;
  /** Why it was skipped. */
  readonly skip?: string;
  readonly comments: readonly string[];
}

/**
 * Runs `argv` in the guest and reports each of its points under its own name. A broken stream, a plan that was not
 * kept, a bad exit code and a run without points are failures, too.
 *
 * kselftests are understood: what they say on stderr, and that they say it before the point.
 *
 * @returns the names of the points that were skipped: the caller knows whether they may be
 */
export async function runTapProgram(
  t: Test,
  vm: Vm,
  argv: readonly string[],
  options: Pick<ExecOptions, 'cwd' | 'env' | 'timeout'> = {},
): Promise<string[]> {
  const result = await vm.exec(['sh', '-c', 'exec "$@" 2>&1', 'sh', ...argv], options);
  const { points, whole } = readTap(result.stdout);
  for (const { name, ok, skip, comments } of points) {
    t.ok(ok, name, { ...(skip === undefined ? {} : { skip }), ...(ok ? {} : { found: comments }) });
  }
  t.ok(points.length > 0, `${argv.join(' ')} ran tests`, { output: result.stdout });
  t.equal(
    whole,
    points.every(({ ok }) => ok),
    'its TAP stream is whole',
  );
  t.equal(result.code, whole ? 0 : 1, 'its exit code agrees with its points', { output: result.stdout });
  return points.filter(({ skip }) => skip !== undefined).map(({ name }) => name);
}

/** Reads a whole TAP or KTAP stream; `whole`: it is well-formed, its plan was kept, and nothing failed. */
export function readTap(text: string): { readonly points: readonly Point[]; readonly whole: boolean } {
  const points: (Point & { readonly comments: string[] })[] = [];
  // kselftest_harness.h prints `# RUN <name> ...`, then what it has to say, then the point.
  let running: { readonly name: string; readonly comments: string[] } | undefined;
  const parser = new Parser();
  parser.on('comment', (comment: string) => {
    const name = /^#\s+RUN\s+(\S+) \.\.\.$/.exec(comment.trim())?.[1];
    if (name !== undefined) running = { name, comments: [] };
    else (running ?? points.at(-1))?.comments.push(comment.trim());
  });
  parser.on('assert', ({ name, ok, skip }: Result) => {
    // It leaves out the name of a point that was skipped.
    const known = running ?? { name, comments: [] };
    const why = skip === false ? {} : { skip: skip === true ? 'no reason given' : skip };
    points.push({ ok, ...why, ...known, name: name === '' ? known.name : name });
    running = undefined;
  });
  parser.end(text);
  return { points, whole: parser.ok };
}
