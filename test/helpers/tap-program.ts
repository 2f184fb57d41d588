/** Shows the test points of a C program that prints TAP in the guest as points of ours. */
import type { Test } from 'tap';
import { Parser, type Result } from 'tap-parser';
import type { Vm } from '../../vm/qemu/vm.ts';

/**
 * Runs `argv` in the guest and reports each of its points under its own name. A broken stream, a plan that was not
 * kept, a bad exit code and a run without points are failures, too.
 */
export async function runTapProgram(t: Test, vm: Vm, argv: readonly string[]): Promise<void> {
  const result = await vm.exec([...argv]);
  const points: { readonly point: Result; readonly comments: string[] }[] = [];
  const parser = new Parser();
  parser.on('assert', (point: Result) => points.push({ point, comments: [] }));
  // A C program says why in the comments behind its point.
  parser.on('comment', (comment: string) => points.at(-1)?.comments.push(comment.trim()));
  parser.end(result.stdout);
  for (const { point, comments } of points) {
    const why = point.ok ? {} : { found: comments };
    t.ok(point.ok, point.name, { ...(point.skip ? { skip: point.skip } : {}), ...why });
  }
  t.ok(points.length > 0, `${argv.join(' ')} ran tests`, { output: result.stdout + result.stderr });
  t.equal(
    parser.ok,
    points.every(({ point }) => point.ok),
    'its TAP stream is whole',
  );
  t.equal(result.code, parser.ok ? 0 : 1, 'its exit code agrees with its points', {
    output: result.stderr,
  });
}
