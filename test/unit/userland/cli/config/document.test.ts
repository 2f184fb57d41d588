import t from 'tap';
import { Complaints } from '../../../../../userland/src/cli/config/complaints.ts';
import { readDocument } from '../../../../../userland/src/cli/config/document.ts';
import { pathReader } from '../../../../../userland/src/cli/config/paths.ts';
import { readToml } from '../../../../../userland/src/cli/config/toml.ts';

function read(text: string, file = 'conf/d.toml') {
  const complaints = new Complaints(file);
  const document = readDocument(readToml(text), { complaints, readPath: pathReader(file, complaints) });
  complaints.throwIfAny();
  return document;
}

const PAIR = '[[pair]]\nname = "p"\nsource = "s"\ndestination = "d"\n';

void t.test('each option has its table, and each pair its roots', async (t) => {
  const text =
    'stats = true\nlog-file = "log"\n[defaults]\nfsync = true\n' + PAIR + 'max-delete = 5\nexclude = "a"\n';
  t.strictSame(read(text), {
    run: { values: { stats: true, 'log-file': 'conf/log' }, repeated: [] },
    defaults: { values: { fsync: true }, repeated: [] },
    pairs: [
      {
        name: 'p',
        roots: { source: 'conf/s', destination: 'conf/d' },
        layer: { values: { 'max-delete': 5 }, repeated: [{ name: 'exclude', value: 'a' }] },
      },
    ],
  });
});

void t.test('exceptions come first, whatever the order of the keys is', async (t) => {
  const rules = 'exclude-from = ["f", "/g"]\nexclude = ["b", "+ c"]\ninclude = ["a"]\n';
  t.strictSame(read(PAIR + rules).pairs[0]?.layer.repeated, [
    { name: 'include', value: 'a' },
    { name: 'exclude', value: 'b' },
    { name: 'exclude', value: '+ c' },
    { name: 'exclude-from', value: 'conf/f' },
    { name: 'exclude-from', value: '/g' },
  ]);
});

void t.test('texts are bytes, and numbers are read as on the command line', async (t) => {
  const { pairs } = read(PAIR + 'exclude = "é"\nmodify-window = 0.5\nmax-delete = 1_000\naudit = "10m"\n');
  t.strictSame(pairs[0]?.layer, {
    values: { 'modify-window': 5e8, 'max-delete': 1000, audit: 600_000 },
    repeated: [{ name: 'exclude', value: '\xc3\xa9' }],
  });
});

void t.test('what is false contradicts nothing, and a phase nothing that it is a name for', async (t) => {
  const text = `quiet = true\nverbose = false\nonce = true\nphase = 2\n${PAIR}`;
  t.strictSame(read(text).run.values, { quiet: true, verbose: false, once: true, phase: '2' });
});

/** A file, and what is said of it behind the file's name. */
const WRONG: readonly (readonly [string, string])[] = [
  ['', '1:1: the file has no pair of directories; begin one with [[pair]]'],
  ['pair = []', '1:1: the file has no pair of directories; begin one with [[pair]]'],
  ['[pair]', "1:1: 'pair' is a table; write [[pair]], also if there is one only"],
  ['pair = [1]', '1:9: a pair is a table, and not 1; write [[pair]]'],
  [`defaults = 1\n${PAIR}`, '1:12: defaults = 1: it is a table; write [defaults]'],
  [`onse = true\n${PAIR}`, "1:1: there is no option 'onse'; did you mean 'once'?"],
  [`"no such\\u0007" = 1\n${PAIR}`, "1:1: there is no option 'no such\\x07'"],
  [`pairs = 1\n${PAIR}`, "1:1: there is no option 'pairs'; did you mean 'pair'?"],
  [`${PAIR}max_delete = 1`, "5:1: there is no option 'max_delete'; did you mean 'max-delete'?"],
  [`${PAIR}destinatoin = 1`, "5:1: there is no option 'destinatoin'; did you mean 'destination'?"],
  [`${PAIR}[pair.fsync]`, '5:1: fsync = a table: it takes true or false'],
  [
    `fsync = true\n${PAIR}`,
    "1:1: 'fsync' concerns pairs; put it below [defaults], or below the [[pair]] that it is for",
  ],
  [
    `${PAIR}once = true`,
    "5:1: 'once' concerns the whole run; put it at the top of the file, above the first [table]",
  ],
  [`[defaults]\nname = "x"\n${PAIR}`, "2:1: each pair has its own 'name'; put it below [[pair]]"],
  [
    `quiet = true\nverbose = true\n${PAIR}`,
    "2:1: 'quiet' and 'verbose' contradict each other; give one of them",
  ],
  [`help = true\n${PAIR}`, "1:1: 'help' is for the command line only"],
  [`config = "x"\n${PAIR}`, "1:1: 'config' is for the command line only"],
  [`once = "yes"\n${PAIR}`, '1:8: once = "yes": it takes true or false'],
  [
    `bwlimit = true\n${PAIR}`,
    '1:11: bwlimit = true: it takes a rate like 500 (KiB a second), 1.5M, 2GB or 0 (no limit)',
  ],
  [`${PAIR}max-delete = -1`, '5:14: max-delete = -1: it takes a number, 0 or more'],
  [`${PAIR}max-delete = 1979-05-27`, '5:14: max-delete = 1979-05-27: it takes a number, 0 or more'],
  [`${PAIR}max-delete = [1]`, "5:14: 'max-delete' takes one value, and not a list"],
  [`${PAIR}exclude = ["a", 5]`, '5:17: exclude = 5: it takes a text that is not empty, in quotes'],
  [`${PAIR}exclude = ""`, '5:11: exclude = "": it takes a text that is not empty'],
  [
    `${PAIR}exclude = ["!"]`,
    "5:12: '!' forgets nothing here, for the rules of a pair come before those of [defaults]; leave it out",
  ],
  [`log-file = 5\n${PAIR}`, '1:12: log-file = 5: it takes a path, in quotes'],
  [`log-file = "a\\u0000"\n${PAIR}`, '1:12: the text has a NUL character, which no name can have'],
  [
    `log-file = "~bob/log"\n${PAIR}`,
    "1:12: only '~/' is known, the home directory of who runs dirsync, and not '~bob'; " +
      "write the path out, or './~' for a name that begins like that",
  ],
  [
    `${PAIR}[[pair]]\nname = "p"\nsource = "a"\ndestination = "b"`,
    '6:8: the pair in line 2 has the name "p", too',
  ],
  ['[[pair]]\nname = "p"\ndestination = "d"', '1:1: the pair has no source; add source = "..." to it'],
  ['[[pair]]\nname = "p"\nsource = "s"', '1:1: the pair has no destination; add destination = "..." to it'],
  ['[[pair]]\nsource = "a/b/"\ndestination = "d"', '1:1: the pair has no name; add name = "b" to it'],
  ['[[pair]]\nsource = "/"\ndestination = "d"', '1:1: the pair has no name; add name = "..." to it'],
  [
    '[[pair]]\nname = "p"\nsource = ""\ndestination = "d"',
    '3:10: source = "": it takes the path of a directory, in quotes',
  ],
  ...['""', '" p"', '"[p]"', '"a\\nb"', '5', `"${'x'.repeat(65)}"`].map(
    (name) =>
      [
        `[[pair]]\nname = ${name}\nsource = "s"\ndestination = "d"`,
        `2:8: name = ${name}: it takes a text of up to 64 characters, in quotes, without brackets and control characters`,
      ] as const,
  ),
];

void t.test('what means nothing is told with its place', async (t) => {
  for (const [text, said] of WRONG)
    t.throws(() => read(text), { exitCode: 1, code: 'CONFIG', message: `conf/d.toml:${said}` }, text);
});

void t.test('all mistakes are told at once, in the order of the file', async (t) => {
  t.throws(() => read('pair = [1]\nonce = 1\nx = 1\n'), {
    exitCode: 1,
    message: [
      "read --config 'conf/d.toml': 3 mistakes",
      'conf/d.toml:1:9: a pair is a table, and not 1; write [[pair]]',
      'conf/d.toml:2:8: once = 1: it takes true or false',
      "conf/d.toml:3:1: there is no option 'x'",
    ].join('\n'),
  });
  const many = Array.from({ length: 30 }, (_, at) => `x${at} = 1\n`).join('');
  t.throws(() => read(many + PAIR), { message: /: 30 mistakes\n[^]*\nand 10 more$/ });
});

const source = (path: string, file: string) =>
  read(`[[pair]]\nname = "p"\nsource = "${path}"\ndestination = "d"`, file).pairs[0]?.roots.source;

void t.test('paths are relative to the folder of the file', async (t) => {
  const home = process.env['HOME'] ?? '';
  t.equal(source('s', 'd.toml'), 's');
  t.equal(source('../s', '/etc/d.toml'), '/etc/../s');
  t.equal(source('s', '/d.toml'), '/s');
  t.equal(source('/s', 'a/b.toml'), '/s');
  t.equal(source('~', 'a/b.toml'), home);
  t.equal(source('~/s', 'a/b.toml'), `${home}/s`);
  t.equal(source('./~s', 'a/b.toml'), 'a/./~s');
  t.equal(source('s', 'caf\xe9/d.toml'), 'caf\xe9/s', 'also when it has a name that is no UTF-8');
});
