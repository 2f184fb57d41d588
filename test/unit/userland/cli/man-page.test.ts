import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { OPTION_NAMES, specOf } from '../../../../userland/src/cli/options/table.ts';
import { EXIT } from '../../../../userland/src/errors.ts';
import { findCommand } from '../../../../vm/host/find-command.ts';

const PAGE = join(import.meta.dirname, '../../../../docs/dirsync.1');
const text = readFileSync(PAGE, 'utf8');
const mandoc = (await findCommand('mandoc')) !== undefined;

/** An option as the page has to introduce it: `.It Fl n , Fl -dry-run`. */
function heading(name: (typeof OPTION_NAMES)[number]): string {
  const { short, value } = specOf(name);
  return `.It ${short === undefined ? '' : `Fl ${short} , `}Fl -${name}${value === undefined ? '' : ` Ar ${value}`}`;
}

void t.test('the page has every option of the table, and no other', async (t) => {
  const found = text.split('\n').filter((line) => line.startsWith('.It Fl '));
  t.strictSame(found.toSorted(), OPTION_NAMES.map(heading).toSorted());
});

void t.test('the page has every exit code', async (t) => {
  const found = text.split('\n').flatMap((line) => /^\.It (\d+)$/.exec(line)?.[1] ?? []);
  t.strictSame(found.map(Number), Object.values(EXIT));
});

void t.test('mandoc finds nothing to complain of', { skip: !mandoc && 'no mandoc' }, async (t) => {
  const { stdout } = await execa('mandoc', ['-T', 'lint', '-W', 'warning', PAGE], { reject: false });
  t.equal(stdout, '');
});
