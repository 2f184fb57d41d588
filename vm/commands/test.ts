/** `npm run vm:test`: all stages, then the end-to-end tests; TAP on stdout, one verdict as the exit code. */
import type { Command } from '../cli/command.ts';
import { CHECKOUT, RUNS } from '../paths.ts';
import { dryRun } from '../results/dry-run.ts';
import { archiveRun } from '../results/archive.ts';
import { recordRun } from '../results/record.ts';
import { createRunFolder } from '../run/folder.ts';
import { runTests } from '../run/tests.ts';
import { quoteCommand } from '../qemu/machine/quote.ts';
import { TEST_OPTIONS, testRequest } from './test-options.ts';

export const test: Command = {
  name: 'vm:test',
  operands: '[TEST-FILE]...',
  summary:
    "Builds what is not built, boots guests and runs the end-to-end tests (default: all of the project's).",
  options: TEST_OPTIONS,
  async run(given, context) {
    const request = await testRequest(given);
    if (request.dryRun) {
      for (const line of await dryRun(request, context)) process.stdout.write(`${line}\n`);
      return 'PASS';
    }
    const runDir = await createRunFolder(RUNS);
    const command = quoteCommand([
      'npm',
      'run',
      'vm:test',
      ...(given.args.length > 0 ? ['--', ...given.args] : []),
    ]);
    const output = request.json ? 'json' : 'tap';
    const verdict = await recordRun({ runDir, command, output, cwd: CHECKOUT }, context, (recorded) =>
      runTests(request, runDir, recorded),
    );
    if (request.archive) context.events.emit({ kind: 'note', text: `archive: ${await archiveRun(runDir)}` });
    return verdict;
  },
};
