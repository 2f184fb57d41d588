/**
 * The pipeline's main step, the same for every CI system: `node ci/guest-tests.ts [OPTION of vm:test]...`
 *
 * Runs `vm:test` with the options that it is given and leaves, whatever the verdict, in build/ci: junit.xml, report.html,
 * manifest.json, and all of the run in run.tar.gz. Where GitHub names a file for the job's summary, that is written, too. The
 * exit code is the verdict's.
 */
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { $ } from 'zx';
import { runOf } from '../vm/results/model.ts';
import { EVENTS, readEvents } from '../vm/results/read-events.ts';
import { summaryOf } from './summary.ts';

const checkout = join(import.meta.dirname, '..');
const results = join(checkout, 'build', 'ci');
const latest = join(checkout, 'build', 'runs', 'latest');
const options = process.argv.slice(2);

await rm(results, { recursive: true, force: true });
await rm(latest, { force: true });
await mkdir(results, { recursive: true });

const vmTest = $({ cwd: checkout, stdio: 'inherit', nothrow: true, preferLocal: checkout });
const { exitCode } = await vmTest`node vm/main.ts test --archive ${options}`;
process.exitCode = exitCode ?? 1;

for (const name of ['junit.xml', 'report.html', 'manifest.json', 'run.tar.gz']) {
  if (existsSync(join(latest, name))) await cp(join(latest, name), join(results, name));
}
const summaryFile = process.env['GITHUB_STEP_SUMMARY'];
if (summaryFile !== undefined && existsSync(join(latest, EVENTS))) {
  const run = runOf(await readEvents(join(latest, EVENTS)));
  await appendFile(summaryFile, summaryOf(run, `vm:test ${options.join(' ')}`.trimEnd()));
}
