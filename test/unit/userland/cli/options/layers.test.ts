import t from 'tap';
import { joinLayers, type Layer } from '../../../../../userland/src/cli/options/layers.ts';

const layer = (values: Layer['values'], ...excluded: readonly string[]): Layer => ({
  values,
  repeated: excluded.map((value) => ({ name: 'exclude', value })),
});

void t.test('the nearest value counts, and false takes a flag back', async (t) => {
  const { values } = joinLayers(
    layer({ 'max-delete': 1 }),
    layer({ 'max-delete': 2, fsync: false, xattrs: true }),
    layer({ fsync: true, xattrs: false, audit: 1000 }),
  );
  t.strictSame(values, { 'max-delete': 1, xattrs: true, audit: 1000 });
});

void t.test('rules of all places count, the nearer ones first', async (t) => {
  const { repeated } = joinLayers(layer({}, 'a', 'b'), layer({}), layer({}, 'c'));
  t.strictSame(
    repeated.map(({ value }) => value),
    ['a', 'b', 'c'],
  );
});

const joined = (near: Layer['values'], far: Layer['values']) => joinLayers(layer(near), layer(far)).values;

void t.test('what a nearer option speaks against is gone, what stands beside it is not', async (t) => {
  t.strictSame(joined({ verbose: true }, { quiet: true }), { verbose: true });
  t.strictSame(joined({ json: true }, { itemize: true, stats: true }), { json: true, stats: true });
  t.strictSame(joined({ phase: '3' }, { once: true }), { phase: '3' });
  t.strictSame(joined({ verbose: false }, { quiet: true }), { quiet: true });
  t.strictSame(
    joined({}, { verbose: true, quiet: true }),
    { verbose: true, quiet: true },
    'an error for others',
  );
});
