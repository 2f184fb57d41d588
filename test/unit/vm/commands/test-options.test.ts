import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import t from 'tap';
import { parseOptions } from '../../../../vm/cli/options.ts';
import { TEST_OPTIONS, testRequest } from '../../../../vm/commands/test-options.ts';
import { MANIFEST } from '../results/run.ts';

async function request(...args: string[]) {
  return testRequest(parseOptions('vm:test', TEST_OPTIONS, args));
}

void t.test('without options: all files, once, with a seed of its own', async (t) => {
  const [first, second] = [await request(), await request()];
  t.ok(first.files.length > 1);
  t.match(first, { rounds: 1, untilFailure: false, keep: false, json: false, dryRun: false, archive: false });
  t.notOk('filter' in first);
  t.not(first.seed, second.seed, 'random: two are equal once in 2 ** 31 times');
});

void t.test('how often', async (t) => {
  t.match(await request('--repeat', '3'), { rounds: 3, untilFailure: false });
  t.match(await request('--repeat', '3', '--until-failure'), { rounds: 3, untilFailure: true });
  t.notOk('rounds' in (await request('--until-failure')), 'until a failure: as often as it takes');
});

void t.test('the shards of a suite are all of it, each file once', async (t) => {
  const { files } = await request();
  const shards = await Promise.all(
    files.map((_, index) => request('--shard', `${index + 1}/${files.length}`)),
  );
  t.same(shards.flatMap((shard) => shard.files).toSorted(), [...files].toSorted());
  const half = await request('--shard', '2/2');
  t.same(
    half.files,
    files.filter((_, index) => index % 2 === 1),
  );
});

void t.test('bad values are usage errors that say what is taken', async (t) => {
  const wrong = [
    ['--seed', '-1'],
    ['--seed', '4294967296'],
    ['--repeat', '0'],
    ['--shard', '0/2'],
    ['--shard', '3/2'],
    ['--shard', '1/999999'],
    ['--shard', 'half'],
    ['--filter', '('],
    ['--from-manifest', '/nonexistent'],
    ['test/e2e/none.test.ts'],
  ];
  for (const args of wrong)
    await t.rejects(request(...args), { message: /try: /, verdict: 'USAGE' }, args.join(' '));
});

void t.test('a manifest decides what its run depended on', async (t) => {
  const path = join(t.testdir(), 'manifest.json');
  const { files } = await request();
  const name = `test/e2e/${basename(files[0] ?? '')}`;
  const options = { ...MANIFEST.options, kernel: 'debug', memory: 777, filter: '^x', files: [name] };
  await writeFile(path, JSON.stringify({ ...MANIFEST, options }));
  const repeated = await request('--from-manifest', path, '--repeat', '2');
  t.match(repeated, {
    flavour: 'debug',
    accel: 'tcg',
    memoryMiB: 777,
    seed: 42,
    filter: '^x',
    rounds: 2,
    repeated: { options },
  });
  t.same(repeated.files, files.slice(0, 1));
  for (const beside of [['--seed', '1'], ['--kernel', 'plain'], [name]]) {
    await t.rejects(
      request('--from-manifest', path, ...beside),
      { message: /beside it/, verdict: 'USAGE' },
      beside.join(' '),
    );
  }
});
