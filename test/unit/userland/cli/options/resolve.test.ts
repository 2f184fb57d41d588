import t from 'tap';
import { parseCommand } from '../../../../../userland/src/cli/options/resolve.ts';

void t.test('two roots and nothing else: continuous, exact, and as root says', async (t) => {
  t.strictSame(parseCommand(['src', 'dst']), {
    kind: 'sync',
    run: {
      once: false,
      dryRun: false,
      verbosity: 'normal',
      itemize: false,
      json: false,
      progress: 'auto',
      logFile: null,
      stats: false,
      metadata: 'auto',
      bytesPerSecond: 0,
    },
    pairs: [
      {
        name: null,
        roots: { source: 'src', destination: 'dst' },
        policy: {
          flat: false,
          delete: true,
          sizeOnly: false,
          mtimeSlackNs: 0,
          xattrs: false,
          checksum: false,
        },
        rules: [],
        fsync: false,
        auditMs: null,
        backupDir: null,
        allowEmpty: false,
        maxDelete: Infinity,
      },
    ],
  });
});

void t.test('the phases are names for options', async (t) => {
  t.strictSame(
    parseCommand(['--phase', '1', 'a', 'b']),
    parseCommand(['--once', '--flat', '--size-only', 'a', 'b']),
  );
  t.strictSame(parseCommand(['--phase=2', 'a', 'b']), parseCommand(['--once', 'a', 'b']));
  t.strictSame(parseCommand(['--phase', '3', 'a', 'b']), parseCommand(['a', 'b']));
});

void t.test('a dry run has an end and tells everything', async (t) => {
  t.match(parseCommand(['-n', 'a', 'b']), { run: { once: true, dryRun: true, verbosity: 'verbose' } });
});

void t.test('questions need no roots, and missing roots get the usage line', async (t) => {
  t.strictSame(parseCommand(['--help']), { kind: 'help', all: false });
  t.strictSame(parseCommand(['--help=all']), { kind: 'help', all: true });
  t.strictSame(parseCommand(['-V', 'a']), { kind: 'version' });
  t.strictSame(parseCommand([]), { kind: 'usage' });
  t.strictSame(parseCommand(['--once', 'a']), { kind: 'usage' });
});

void t.test('after -- a name may begin with a dash', async (t) => {
  t.match(parseCommand(['--once', '--', '-src', '--dst']), {
    pairs: [{ roots: { source: '-src', destination: '--dst' } }],
  });
});

void t.test('what means nothing is an error that says so', async (t) => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['a', 'b', 'c'], /takes exactly two/],
    [['a', ''], /empty string/],
    [['-v', '-q', 'a', 'b'], /contradict/],
    [['--json', '-i', 'a', 'b'], /contradict/],
    [['--progress', '--no-progress', 'a', 'b'], /contradict/],
    [['--progress', '-q', 'a', 'b'], /contradict/],
    [['--bwlimit=fast', 'a', 'b'], /'fast': it takes a rate like/],
    [['--modify-window=soon', 'a', 'b'], /'soon': it takes seconds/],
    [['--exclude=', 'a', 'b'], /it takes a text that is not empty/],
    [['--phase', '4', 'a', 'b'], /'4': it takes 1, 2, 3/],
    [['--metadata', 'magic', 'a', 'b'], /auto, kernel, statx/],
    [['--max-delete', '-1', 'a', 'b'], /--max-delete/],
    [['--max-delete', '1e3', 'a', 'b'], /takes a number/],
    [['--max-delete'], /a value is missing: --max-delete N/],
    [['--onse', 'a', 'b'], /no option '--onse'; did you mean --once\?/],
    [['-x', 'a', 'b'], /no option '-x'; see dirsync --help/],
    [['--once=yes', 'a', 'b'], /--once takes no value/],
  ];
  for (const [argv, message] of wrong)
    t.throws(() => parseCommand(argv), { exitCode: 1, code: 'USAGE', message }, argv.join(' '));
});

void t.test('progress is shown on a terminal, always or never', async (t) => {
  t.match(parseCommand(['--progress', 'a', 'b']), { run: { progress: 'always' } });
  t.match(parseCommand(['--no-progress', 'a', 'b']), { run: { progress: 'never' } });
});

void t.test('where backups go is as it was typed', async (t) => {
  t.match(parseCommand(['--backup-dir', '../old', 'a', 'b']), { pairs: [{ backupDir: '../old' }] });
});

void t.test('of an option that is given twice the last one counts', async (t) => {
  t.match(parseCommand(['--max-delete', '1', 'a', '--max-delete=2', 'b']), { pairs: [{ maxDelete: 2 }] });
});

void t.test('patterns keep the order in which they were given', async (t) => {
  const argv = ['--exclude=b', '--include', '-a', 'src', '--exclude-from=f', 'dst', '--exclude', 'c'];
  const rules = [
    { option: 'exclude', value: 'b' },
    { option: 'include', value: '-a' },
    { option: 'exclude-from', value: 'f' },
    { option: 'exclude', value: 'c' },
  ];
  t.match(parseCommand(argv), { pairs: [{ rules }] });
});

void t.test('--audit takes a time', (t) => {
  for (const [text, ms] of [
    ['1s', 1000],
    ['30s', 30_000],
    ['10m', 600_000],
    ['1h', 3_600_000],
    ['24d', 2_073_600_000],
  ] as const)
    t.match(parseCommand(['--audit', text, 'a', 'b']), { pairs: [{ auditMs: ms }] });
  for (const text of ['', '0s', '10', 'm', '1.5h', '-1s', '25d', '1 s', '99999999999s'])
    t.throws(() => parseCommand([`--audit=${text}`, 'a', 'b']), { exitCode: 1, message: /--audit/ }, text);
  t.end();
});
