/** What a run of `vm:test` leaves and prints, and its repetition: by the command line, as pipelines use it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { CHECKOUT } from '../../vm/paths.ts';
import { parseEvents } from '../../vm/results/read-events.ts';
import { type Run, runOf } from '../../vm/results/model.ts';
import { start } from './command-line.ts';

const SEEDED = 'test/fixtures/e2e/seeded.ts';

/** Runs `vm:test --json` and returns what its events tell, and the folder that it left. */
async function runJson(
  t: Test,
  code: number,
  ...args: string[]
): Promise<{ run: Run; dir: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await start(['test', '--json', ...args]);
  t.equal(exitCode, code, 'exit code', { stdout, stderr });
  const log = parseEvents(stdout);
  t.equal(log.unreadable, 0, 'each line of stdout is an event');
  const run = runOf(log);
  const dir = /build\/runs\/[^/]+/.exec(run.manifest?.repeat ?? '')?.[0] ?? '';
  return { run, dir: join(CHECKOUT, dir), stderr };
}

/** The names of the tests that ran. */
function ran({ suites }: Run): string[] {
  return suites.flatMap(({ tests }) => tests.map(({ path }) => path.join()));
}

t.jobs = 2;

void t.test('a run repeats from its manifest, with the same result', async (t) => {
  const first = await runJson(t, 1, SEEDED, '--seed', '13', '--filter', 'seed');
  t.same(ran(first.run), ['says its seed']);
  const again = await runJson(t, 1, '--repeat', '2', '--from-manifest', join(first.dir, 'manifest.json'));
  t.match(again.stderr, /everything is as it was then/);
  t.match(again.run.suites, [{ round: 1 }, { round: 2 }], 'as often as was asked for');
  for (const { points } of again.run.suites) t.match(points, [{ name: 'no unlucky number', ok: false }]);
  t.same(new Set(ran(again.run)), new Set(ran(first.run)));
  t.same(again.run.manifest?.options, first.run.manifest?.options);
  t.same(again.run.manifest?.kernels, first.run.manifest?.kernels);
});

void t.test('its reports render again to the same bytes', async (t) => {
  const often = ['--repeat', '3', '--until-failure'];
  const { dir, stderr, run } = await runJson(t, 1, SEEDED, '--seed', '13', '--archive', ...often);
  t.equal(run.suites.length, 1, 'it was not repeated beyond its failure');
  t.match(
    stderr,
    /failed {4}\S+seeded\.ts: says its seed › no unlucky number\nreport {4}build\/runs\/\S+\/report\.html\nagain {5}npm run vm:test -- --seed 13 --filter '\^says its seed\$' \S+seeded\.ts\n/,
  );
  t.ok((await readFile(join(dir, 'run.tar.gz'))).length > 1000);
  const files = ['report.html', 'junit.xml'].map((name) => join(dir, name));
  const before = await Promise.all(files.map((file) => readFile(file)));
  const { exitCode, stdout } = await start(['report', '--from', join(dir, 'events.jsonl')]);
  t.equal(exitCode, 0);
  t.match(stdout, /^FAIL\n[^]*report\.html$/m);
  for (const [index, file] of files.entries()) t.ok(before[index]?.equals(await readFile(file)), file);
});

void t.test('a filter that matches nothing is no pass', async (t) => {
  const { run } = await runJson(t, 1, SEEDED, '--filter', 'nothing is called so');
  t.match(run, { error: { code: 'NO_TESTS' }, end: { verdict: 'FAIL' } });
});

void t.test('a dry run tells all and boots nothing', async (t) => {
  const { exitCode, stdout, stderr } = await start(['test', '--dry-run', '--seed', '5', SEEDED]);
  t.equal(exitCode, 0, 'exit code', { stderr });
  t.match(
    stdout,
    /^test {6}test\/fixtures\/e2e\/seeded\.ts\nseed {6}5\n[^]*^kernel {4}plain [^]*^QEMU {6}\S*qemu-system-x86_64 /m,
  );
});
