import * as fc from 'fast-check';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { deniedRequests, parseConfig, readFragments } from '../../../../vm/kernel/fragment.ts';
import { FLAVOURS, FRAGMENTS_DIR } from '../../../../vm/kernel/layout.ts';

const symbol = fc.stringMatching(/^CONFIG_[A-Z0-9_]{1,12}$/);
const value = fc.oneof(fc.constantFrom('y', 'm', 'n'), fc.nat().map(String), fc.constant('"ttyS0 quiet"'));
const settings = fc.dictionary(symbol, value, { noNullPrototype: true });

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

void t.test(
  "each of the checkout's fragments is used, asks each symbol once, and gives a reason above each line",
  async (test) => {
    const names = (await readdir(FRAGMENTS_DIR)).toSorted();
    test.same(FLAVOURS.plain.fragments.toSorted(), names);
    const requests = await readFragments(names.map((name) => join(FRAGMENTS_DIR, name)));
    const symbols = requests.map((request) => request.symbol);
    test.same(symbols.toSorted(), [...new Set(symbols)].toSorted());
    const stock = new Set(FLAVOURS.stock.fragments);
    const only = requests.filter(({ file }) => !stock.has(file.slice(FRAGMENTS_DIR.length + 1)));
    test.same(
      only.map((request) => request.symbol),
      ['CONFIG_DIRSYNC', 'CONFIG_LOCALVERSION'],
    );
  },
);
