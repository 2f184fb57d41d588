import t from 'tap';
import {
  readToml,
  TomlError,
  type TomlTable,
  type TomlValue,
} from '../../../../../userland/src/cli/config/toml.ts';

const at = ({ line, column }: { readonly line: number; readonly column: number }): string =>
  `${line}:${column}`;

/** The value, and the places of its key and of itself, as `key@line:column value@line:column`. */
function outline(table: TomlTable): unknown {
  const told = (value: TomlValue): unknown => {
    if (value.kind === 'table') return outline(value);
    if (value.kind === 'list') return value.items.map(told);
    const what = value.kind === 'boolean' ? String(value.on) : value.text;
    return `${value.kind} ${what} @${at(value.place)}`;
  };
  return Object.fromEntries(
    [...table.entries].map(([key, entry]) => [`${key} @${at(entry.place)}`, told(entry.value)]),
  );
}

void t.test('keys and values have their places', async (t) => {
  const text = [
    '# a comment',
    'once = true',
    '  "quoted key"\t= "text\\n"',
    'numbers = [1_000, -0.5, 0x10,',
    '  2024-01-01]',
    '[defaults]',
    'a.b = 1',
    "a.c = 'literal'",
    '[[pair]]',
    'name = "x"',
    '[[pair]]',
    'inner = { one = 1 }',
    '[pair.below]',
    'z = false',
    '',
  ].join('\r\n');
  t.strictSame(outline(readToml(text)), {
    'once @2:1': 'boolean true @2:8',
    'quoted key @3:3': 'string text\n @3:18',
    'numbers @4:1': ['number 1000 @4:12', 'number -0.5 @4:19', 'number 16 @4:25', 'date 2024-01-01 @5:3'],
    'defaults @6:1': { 'a @7:1': { 'b @7:3': 'number 1 @7:7', 'c @8:3': 'string literal @8:7' } },
    'pair @9:1': [
      { 'name @10:1': 'string x @10:8' },
      {
        'inner @12:1': { 'one @12:11': 'number 1 @12:17' },
        'below @13:1': { 'z @14:1': 'boolean false @14:5' },
      },
    ],
  });
});

void t.test('a key may be called anything', async (t) => {
  const { entries } = readToml('__proto__ = 1\nconstructor.prototype = 2\n"" = 3\n');
  t.strictSame([...entries.keys()], ['__proto__', 'constructor', '']);
});

void t.test('what is no TOML is an error with its place', async (t) => {
  for (const [text, line, column] of [
    ['a = 1\na = 2\n', 2, 1],
    ['a = "b\n', 1, 7],
    ['\n\n  a = yes\n', 3, 7],
    ['a = 1 b = 2', 1, 7],
    ['[a]\n[a]\n', 2, 2],
    ['[pair]\nx = 1\n[[pair]]\n', 3, 3],
    ['a = "\\q"', 1, 7],
  ] as const)
    t.throws(
      () => readToml(text),
      Object.assign(new TomlError('', { line, column }), { message: /./ }),
      text,
    );
});
