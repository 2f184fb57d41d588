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
  const points: Result[] = [];
  const parser = new Parser();
  parser.on('assert', (point: Result) => points.push(point));
  parser.end(result.stdout);
  for (const point of points) {
    const diagnostics = point.ok ? {} : { output: point.diag ?? result.stdout };
    t.ok(point.ok, point.name, { ...(point.skip ? { skip: point.skip } : {}), ...diagnostics });
  }
  t.ok(points.length > 0, `${argv.join(' ')} ran tests`, { output: result.stdout + result.stderr });
  t.equal(
    parser.ok,
    points.every(({ ok }) => ok),
    'its TAP stream is whole',
  );
  t.equal(result.code, parser.ok ? 0 : 1, 'its exit code agrees with its points', {
    output: result.stderr,
  });
}
