import t from 'tap';
import { helpText, parseChurnOptions } from '../../../churn/options.ts';

void t.test('what is not typed has a default; the seed is a random one', (t) => {
  const options = parseChurnOptions(['--ops', '1000000', '--without', 'link,xattr', '--limit', '5']);
  t.match(options, {
    operations: 1_000_000,
    writers: 1,
    batch: 500,
    limitMs: 5000,
    without: ['link', 'xattr'],
  });
  t.not(parseChurnOptions([])?.seed, parseChurnOptions([])?.seed);
  t.equal(parseChurnOptions(['--seed', '7'])?.seed, 7);
  t.end();
});

void t.test('a mistake is told with the option and what it takes', (t) => {
  for (const [args, message] of [
    [['--ops', 'many'], /--ops[^]*'many'[^]*whole number from 1/],
    [['--writers', '65'], /--writers[^]*'65'[^]*from 1 to 64/],
    [['--without', 'link,lnik'], /--without[^]*'lnik'[^]*any of create,/],
    [['--dir', '/nonexistent'], /--dir[^]*a directory/],
    [['--guest', 'fast'], /--guest[^]*'fast'[^]*plain/],
    [['--guest', 'plain', '--dir', '/tmp'], /--dir[^]*'\/tmp'[^]*\/ext4/],
    [['--guest', 'plain', '--syncer', import.meta.filename], /--syncer[^]*--guest/],
    [['--guest', 'plain', '--slow', '3'], /--slow[^]*--guest/],
    [['--slow', '0'], /--slow[^]*from 1 to 1000/],
    [['--dir', import.meta.filename], /--dir[^]*a directory/],
    [['--syncer', '/nonexistent'], /--syncer[^]*a file/],
    [['--replay', import.meta.dirname], /--replay[^]*a file/],
    [['--metadata', 'guess'], /--metadata[^]*'guess'[^]*kernel\|statx\|auto/],
    [['--opps', '3'], /--opps[^]*npm run churn -- --help/],
    [['stray'], /stray/],
  ] as const)
    t.throws(() => parseChurnOptions(args), { code: 'USAGE', message }, args.join(' '));
  t.end();
});

void t.test('--help names every option and every exit code', (t) => {
  t.equal(parseChurnOptions(['--help', '--seed', '1']), undefined);
  for (const word of ['--ops', '--seed', '--writers', '--replay', '--without', 'Exit codes: 0', '130'])
    t.match(helpText(), word);
  t.end();
});
