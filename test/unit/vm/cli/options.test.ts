import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { optionLines, OPTIONS, oneOf, parseOptions, wholeNumber } from '../../../../vm/cli/options.ts';
import { UsageError } from '../../../../vm/errors.ts';
import { CHECKOUT } from '../../../../vm/paths.ts';
import { EXIT_CODES, VERDICT_MEANINGS, VERDICTS } from '../../../../vm/verdict.ts';

void t.test('defaults are filled in, what stands after -- is passed on', (t) => {
  const { values, positionals, given, args } = parseOptions(
    'vm:boot',
    ['source', 'jobs'],
    ['--jobs', '3', '--', 'ls', '-l'],
  );
  t.same(values, { source: 'auto', jobs: '3' });
  t.same(positionals, ['ls', '-l']);
  t.same([...given], ['jobs'], 'what was typed is told from what was filled in');
  t.same(args, ['--jobs', '3', '--', 'ls', '-l']);
  t.end();
});

void t.test('an option that the command does not know is a usage error that names it', (t) => {
  for (const args of [['--accel', 'tcg'], ['--nonsense'], ['--jobs']]) {
    t.throws(() => parseOptions('vm:fetch', ['jobs'], args), UsageError);
  }
  t.throws(() => parseOptions('vm:fetch', [], ['--nonsense']), {
    message: /--nonsense[^]*npm run vm:fetch -- --help/,
  });
  t.end();
});

void t.test('values are checked, and the message lists what is allowed', (t) => {
  t.equal(oneOf('accel', 'tcg', ['kvm', 'tcg']), 'tcg');
  t.throws(() => oneOf('accel', 'xen', ['kvm', 'tcg']), {
    code: 'USAGE',
    message: /'xen'[^]*--accel kvm\|tcg/,
  });
  t.equal(wholeNumber('jobs', '12', 1, 64), 12);
  for (const bad of ['0', '65', '1.5', '-1', '', 'many', '1e1']) {
    t.throws(() => wholeNumber('jobs', bad, 1, 64), { code: 'USAGE' }, `'${bad}'`);
  }
  t.end();
});

void t.test('help has a line for each option', (t) => {
  const lines = optionLines(['source', 'require-kvm']);
  t.match(lines[0], /^ {2}--source auto\|kernel\.org\|debian\|PATH {2}\S/);
  t.equal(lines.length, 2);
  t.end();
});

void t.test('the README lists every option and every exit code', (t) => {
  const readme = readFileSync(join(CHECKOUT, 'README.md'), 'utf8');
  for (const name of Object.keys(OPTIONS)) t.ok(readme.includes(`\`--${name}`), `--${name}`);
  for (const verdict of VERDICTS) {
    t.ok(readme.includes(`| ${EXIT_CODES[verdict]} | ${verdict} | ${VERDICT_MEANINGS[verdict]} |`), verdict);
  }
  t.end();
});
