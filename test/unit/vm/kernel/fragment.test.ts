import * as fc from 'fast-check';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { deniedRequests, parseConfig, readFragments } from '../../../../vm/kernel/fragment.ts';
import { FLAVOURS, FRAGMENTS_DIR, fragmentsOf } from '../../../../vm/kernel/layout.ts';
import { readProject } from '../../../../vm/project.ts';

const anySymbol = fc.stringMatching(/^CONFIG_[A-Z0-9_]{1,12}$/);
const anyValue = fc.oneof(fc.constantFrom('y', 'm', 'n'), fc.nat().map(String), fc.constant('"ttyS0 quiet"'));
const settings = fc.dictionary(anySymbol, anyValue, { noNullPrototype: true });

function configOf(wanted: Record<string, string>): string {
  const lines = Object.entries(wanted).map(([name, is]) =>
    is === 'n' ? `# ${name} is not set` : `${name}=${is}`,
  );
  return `# Some words.\n${lines.join('\n')}\n`;
}

void t.test('what is written is read, with its line', async (test) => {
  fc.assert(
    fc.property(settings, (wanted) => {
      const requests = parseConfig(configOf(wanted), 'f');
      test.same(Object.fromEntries(requests.map((request) => [request.symbol, request.value])), wanted);
      test.same(
        requests.map(({ line }) => line),
        requests.map((_, i) => i + 2),
      );
    }),
    { numRuns: 50 },
  );
});

void t.test('exactly the settings that differ are denied', async (test) => {
  fc.assert(
    fc.property(settings, settings, (asked, got) => {
      const denied = deniedRequests(parseConfig(configOf(asked), 'f'), configOf(got));
      const expected = Object.keys(asked).filter((name) => asked[name] !== (got[name] ?? 'n'));
      test.same(
        denied.map((request) => request.symbol),
        expected,
      );
    }),
    { numRuns: 50 },
  );
});

void t.test('of two requests for a symbol the last one counts', async (test) => {
  const requests = parseConfig('CONFIG_A=y\n# CONFIG_A is not set\n', 'f');
  test.same(deniedRequests(requests, '# CONFIG_A is not set\n'), []);
  test.match(deniedRequests(requests, 'CONFIG_A=y\n'), [
    { symbol: 'CONFIG_A', value: 'n', got: 'y', line: 2 },
  ]);
});

const PROJECT = readProject();

void t.test("each of the checkout's fragments is used", async (test) => {
  const used = new Set(FLAVOURS.flatMap((flavour) => fragmentsOf(flavour, PROJECT)));
  const present = (await readdir(FRAGMENTS_DIR)).map((name) => join(FRAGMENTS_DIR, name));
  test.same([...used].toSorted(), present.toSorted());
});

void t.test('a flavour asks each symbol once, but for its name', async (test) => {
  for (const flavour of FLAVOURS) {
    const requests = await readFragments(fragmentsOf(flavour, PROJECT));
    const symbols = requests.map(({ symbol }) => symbol).filter((symbol) => symbol !== 'CONFIG_LOCALVERSION');
    test.same(symbols.toSorted(), [...new Set(symbols)].toSorted(), flavour);
  }
});

void t.test('stock lacks the symbols of the series and nothing else', async (test) => {
  const stock = new Set(fragmentsOf('stock', PROJECT));
  const only = fragmentsOf('plain', PROJECT).filter((path) => !stock.has(path));
  const requests = await readFragments(only);
  test.same(
    requests.map(({ symbol }) => symbol),
    ['CONFIG_DIRSYNC', 'CONFIG_LOCALVERSION'],
  );
});

void t.test('each line of a fragment has its reason above it', async (test) => {
  for (const name of await readdir(FRAGMENTS_DIR)) {
    const lines = (await readFile(join(FRAGMENTS_DIR, name), 'utf8')).split('\n');
    for (const { symbol, line } of await readFragments([join(FRAGMENTS_DIR, name)])) {
      test.match(lines[line - 2], /^# (?!CONFIG_)/, `${name}: ${symbol}`);
    }
  }
});
