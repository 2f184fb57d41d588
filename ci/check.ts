/** `npm run check`: types, lint and format, all of them even when one fails; exit code 1 if any did. */
import { join } from 'node:path';
import { $ } from 'zx';

const CHECKS = [['tsc'], ['oxlint', '--type-aware', '--deny-warnings'], ['oxfmt', '--check', '.']];

const checkout = join(import.meta.dirname, '..');
const results = [];
for (const command of CHECKS) {
  process.stdout.write(`$ ${command.join(' ')}\n`);
  results.push(
    await $({ cwd: checkout, stdio: 'inherit', nothrow: true, preferLocal: checkout })`${command}`,
  );
}
process.exitCode = results.every(({ exitCode }) => exitCode === 0) ? 0 : 1;
