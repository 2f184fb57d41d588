/** `npm run check`: types, lint, format and the workflow, as TAP; all of them even when one fails, exit code 1 if any did. */
import { join } from 'node:path';
import { $ } from 'zx';

const CHECKS = [
  ['tsc'],
  ['oxlint', '--type-aware', '--deny-warnings'],
  ['oxfmt', '--check', '.'],
  ['node', 'ci/lint-workflows.ts'],
];
const checkout = join(import.meta.dirname, '..');

process.stdout.write(`TAP version 14\n1..${CHECKS.length}\n`);
for (const [index, command] of CHECKS.entries()) {
  const result = await $({ cwd: checkout, nothrow: true, quiet: true, preferLocal: checkout })`${command}`;
  const passed = result.exitCode === 0;
  process.stdout.write(`${passed ? 'ok' : 'not ok'} ${index + 1} - ${command.join(' ')}\n`);
  // What a tool complains of is for people: as TAP's comments it reads well, and breaks no parser.
  if (!passed) process.stdout.write(`${result.stdout}${result.stderr}`.replaceAll(/^/gm, '# ') + '\n');
  if (!passed) process.exitCode = 1;
}
