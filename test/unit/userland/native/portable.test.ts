import * as fc from 'fast-check';
import t from 'tap';
import { compareEntries } from '../../../../userland/src/metadata/compare.ts';
import { MetadataSource } from '../../../../userland/src/metadata/source.ts';
import { addon, folder, ODD_NAMES } from './fixture.ts';
import { expected, make, pair, question, type Entry } from './random-pair.ts';

const STATX = new MetadataSource('statx', 'asked for');

void t.test('every question about random directories is answered as an oracle does', async (t) => {
  const pairs = fc.array(pair, { minLength: 1, maxLength: ODD_NAMES.length });
  const questions = fc.array(question, { minLength: 20, maxLength: 20 });
  fc.assert(
    fc.property(pairs, questions, (made, asked) => {
      const [source, destination] = [folder(t, 'tmpfs'), folder(t, 'tmpfs')];
      const [one, other] = [new Map<string, Entry>(), new Map<string, Entry>()];
      for (const [i, [a, b]] of made.entries()) {
        const name = ODD_NAMES[i] ?? '';
        make(source, name, a);
        make(destination, name, b);
        one.set(name, a);
        other.set(name, b);
      }
      const ways = [
        { from: source.fd, to: destination.fd, here: one, there: other },
        { from: destination.fd, to: source.fd, here: other, there: one },
        { from: source.fd, to: -1, here: one, there: new Map<string, Entry>() },
      ];
      for (const { from, to, here, there } of ways)
        for (const wish of asked) {
          const records = [...compareEntries(addon, STATX, from, to, wish)];
          const found = new Map(records.map(({ name, diff }) => [name, diff]));
          const wanted = new Map(
            [...here].flatMap(([name, what]) => {
              const diff = expected(what, there.get(name) ?? null, wish, to === -1);
              return diff === undefined ? [] : [[name, diff] as const];
            }),
          );
          t.equal(records.length, found.size, 'each name once');
          t.strictSame(found, wanted, JSON.stringify({ to, ...wish }));
        }
    }),
    { numRuns: 30 },
  );
});
