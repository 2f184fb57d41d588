import { deepStrictEqual } from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { readConfig } from '../../../../../userland/src/cli/config/read.ts';
import { parseCommand, type SyncOptions } from '../../../../../userland/src/cli/options/resolve.ts';
import { OPTION_NAMES, specOf, type OptionName } from '../../../../../userland/src/cli/options/table.ts';
import * as readers from '../../../../../userland/src/cli/options/values.ts';
import { bytesOf } from '../../../../../userland/src/native/names.ts';

const EXAMPLE = join(import.meta.dirname, '../../../../../docs/dirsync.example.toml');

async function read(file: string, ...args: readonly string[]): Promise<SyncOptions> {
  const command = parseCommand([...args.map(bytesOf), '--config', bytesOf(file)]);
  if (command.kind !== 'config') throw new Error(command.kind);
  return readConfig(command);
}

const PAIR = '[[pair]]\nname = "p"\nsource = "/s"\ndestination = "/d"\n';

const told = (options: SyncOptions) =>
  options.pairs.map(({ name, maxDelete, fsync, policy, rules }) => [
    name,
    maxDelete,
    fsync,
    policy.checksum,
    policy.xattrs,
    rules.map(({ value }) => value).join(),
  ]);

void t.test('the command line comes before the pair, the pair before the defaults', async (t) => {
  const file = join(t.testdir(), 'd.toml');
  const text = [
    'once = true\nquiet = true',
    '[defaults]\nmax-delete = 1\nfsync = true\nexclude = "c"\nchecksum = true',
    `${PAIR}max-delete = 2\nfsync = false\nexclude = "b"`,
    '[[pair]]\nname = "q"\nsource = "s"\ndestination = "d"',
  ];
  writeFileSync(file, text.join('\n'));
  const plain = await read(file);
  t.strictSame(told(plain), [
    ['p', 2, false, true, false, 'b,c'],
    ['q', 1, true, true, false, 'c'],
  ]);
  t.match(plain, { kind: 'sync', run: { once: true, verbosity: 'quiet' } });
  t.strictSame(plain.pairs[1]?.roots, { source: join(file, '../s'), destination: join(file, '../d') });

  const overridden = await read(file, '--max-delete=3', '-vX', '--exclude=a', '--phase=3');
  t.strictSame(told(overridden), [
    ['p', 3, false, true, true, 'a,b,c'],
    ['q', 3, true, true, true, 'a,c'],
  ]);
  t.match(overridden, { run: { once: false, verbosity: 'verbose' } });
});

void t.test('a phase concerns the run and its pairs', async (t) => {
  const file = join(t.testdir(), 'd.toml');
  writeFileSync(file, `phase = 1\n${PAIR}`);
  t.match(await read(file), { run: { once: true }, pairs: [{ policy: { flat: true, sizeOnly: true } }] });
  t.match(await read(file, '--phase=2'), { run: { once: true }, pairs: [{ policy: { flat: false } }] });
});

const says = (found: string | RegExp) => ({ exitCode: 1, message: found });

void t.test('a file that cannot be read, or is no text, or no TOML', async (t) => {
  const dir = t.testdir();
  const file = join(dir, 'd.toml');
  await t.rejects(
    read(join(dir, 'none')),
    says(
      `read --config '${dir}/none': no such file or directory (ENOENT, open); name a file that can be read`,
    ),
  );
  await t.rejects(read(dir), says(/: illegal operation on a directory/));
  writeFileSync(file, Buffer.from('# \xc3\xa9\n# \xe2\x82\xac: \xff\n', 'latin1'));
  await t.rejects(read(file), says(/d\.toml:2:6: a byte here is no UTF-8/));
  writeFileSync(file, Buffer.from('a = "\xc3', 'latin1'));
  await t.rejects(read(file), says(/d\.toml:1:6: a byte here is no UTF-8/));
  writeFileSync(file, 'once = true\nonce = true\n');
  await t.rejects(read(file), says(`${file}:2:1: this is no TOML: defining a key multiple times is invalid`));
  writeFileSync(file, `\uFEFF${PAIR}`);
  t.match(await read(file), { pairs: [{ name: 'p' }] }, 'a byte order mark is no mistake');
});

void t.test('roots beside --config are told what to do', async (t) => {
  t.throws(() => parseCommand(['--config', 'f.toml', 'a']), {
    exitCode: 1,
    message: /the directories are those of the file; dirsync --config 'f\.toml', or both directories without/,
  });
});

void t.test('the example is one', async (t) => {
  const { run, pairs } = await read(EXAMPLE);
  t.match(run, { bytesPerSecond: 20 * 1024 * 1024 });
  t.ok(pairs.length >= 2);
  const options = [...readFileSync(EXAMPLE, 'utf8').matchAll(/^#? ?([a-z-]+) = /gm)].map(([, name]) => name);
  const known = new Set<string | undefined>([...OPTION_NAMES, 'name', 'source', 'destination']);
  t.strictSame(
    options.filter((name) => !known.has(name)),
    [],
    'also what stands in its comments',
  );
});

/** Text as a TOML string; only DEL is allowed in JSON and not in TOML. */
const quoted = (text: string): string => JSON.stringify(text).replaceAll('\x7f', '\\u007f');

/** A value as text for the command line and as it can stand in the file. */
interface Value {
  readonly text: string;
  readonly toml: string;
}

const asText = (text: string): Value => ({ text, toml: quoted(text) });
const anyText = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => text.isWellFormed() && !text.includes('\0') && text !== '!');

/** How values of each kind look: a reader without a row here fails the test. */
const VALUES = new Map<unknown, fc.Arbitrary<Value>>([
  [readers.text, anyText.map(asText)],
  [readers.path, anyText.map((text) => asText(`/${text}`))],
  [
    readers.count,
    fc.nat().chain((n) => fc.constantFrom(asText(String(n)), { text: String(n), toml: String(n) })),
  ],
  [
    readers.duration,
    fc.constantFrom(asText('10ms'), { text: '2', toml: '2' }, { text: '0.25', toml: '0.250' }),
  ],
  [readers.rate, fc.constantFrom(asText('1.5M'), { text: '500', toml: '500' }, { text: '0.5', toml: '0.5' })],
  [readers.interval, fc.constantFrom('1s', '10m', '24d').map(asText)],
]);

function valueOf(name: OptionName): fc.Arbitrary<Value> {
  const { reader } = specOf(name);
  if (reader === undefined) return fc.constant({ text: '', toml: 'true' });
  const known = VALUES.get(reader);
  if (known !== undefined) return known;
  return fc.constantFrom(...reader.takes.split(', ')).map(asText);
}

interface Option {
  readonly name: OptionName;
  readonly values: readonly Value[];
  /** Of an option of pairs: stands in [defaults], or in the pair, or there with another value in [defaults]. */
  readonly place: 'defaults' | 'pair' | 'both';
  readonly other: string;
}

const RULES = ['include', 'exclude', 'exclude-from'];

const anyOptions = fc
  .tuple(
    ...OPTION_NAMES.filter((name) => specOf(name).scope !== 'command').map((name) =>
      fc.option(
        fc.record<Option>({
          name: fc.constant(name),
          values: fc.array(valueOf(name), { minLength: 1, maxLength: specOf(name).repeat === true ? 3 : 1 }),
          place: fc.constantFrom('defaults', 'pair', specOf(name).repeat === true ? 'pair' : 'both'),
          other:
            specOf(name).reader === undefined ? fc.constant('false') : valueOf(name).map(({ toml }) => toml),
        }),
      ),
    ),
  )
  .map((options) => options.filter((option) => option !== null));

function asArguments(options: readonly Option[]): string[] {
  // The order of rules that a file has; those of a pair come before those of [defaults].
  const rank = ({ name, place }: Option): number => (place === 'defaults' ? 10 : 0) + RULES.indexOf(name);
  return options
    .toSorted((a, b) => rank(a) - rank(b))
    .flatMap(({ name, values }) =>
      values.map(({ text }) =>
        bytesOf(specOf(name).reader === undefined ? `--${name}` : `--${name}=${text}`),
      ),
    );
}

function asToml(options: readonly Option[]): string {
  const line = ({ name, values }: Option): string => {
    const all = values.map(({ toml }) => toml).join(', ');
    return `${name} = ${specOf(name).repeat === true ? `[${all}]` : all}`;
  };
  const of = (scope: string, ...places: readonly string[]): Option[] =>
    options.filter(({ name, place }) => specOf(name).scope === scope && places.includes(place));
  return [
    ...of('run', 'defaults', 'pair', 'both').map(line),
    '[defaults]',
    ...of('pair', 'defaults').map(line),
    ...of('pair', 'both').map(({ name, other }) => `${name} = ${other}`),
    PAIR,
    ...of('pair', 'pair', 'both').map(line),
  ].join('\n');
}

const outcome = async (made: () => unknown): Promise<unknown> => {
  try {
    return await made();
  } catch (error) {
    // The words are those of the place.
    return /contradict each other/.exec((error as Error).message)?.[0] ?? error;
  }
};

void t.test('options mean in the file what they mean on the command line', async (t) => {
  const file = join(t.testdir(), 'd.toml');
  await fc.assert(
    fc.asyncProperty(anyOptions, async (options) => {
      writeFileSync(file, asToml(options));
      const found = await outcome(async () => read(file));
      const wanted = await outcome(() => {
        const { run, pairs: only } = parseCommand([...asArguments(options), '/s', '/d']) as SyncOptions;
        return { kind: 'sync', run, pairs: [{ ...only[0], name: 'p' }] };
      });
      deepStrictEqual(found, wanted, asToml(options));
    }),
    { numRuns: 200 },
  );
});
