/**
 * `npm test`: runs every suite, shows what fails in full, and ends with the plain line `N passed, N failed`.
 *
 * Arguments name suites (default: all). The exit code is 0 only if each suite ran tests and each of them passed.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { $ } from 'zx';
import { belowFloor, readSummary } from './coverage.ts';
import { Digest } from './digest.ts';
import { SUITES, type Suite } from './suites.ts';
import { addTallies, NOTHING, renderTally, type Tally, TallyReader } from './tally.ts';

const CHECKOUT = join(import.meta.dirname, '..');
/** The raw TAP of each suite, for CI systems and for reading after a failure. */
const TAP_FOLDER = join(CHECKOUT, 'build', 'tap');

process.exitCode = await main(process.argv.slice(2));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !SUITES.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    process.stderr.write(
      `no suite is called ${unknown.join(', ')}\n  try: npm test -- ${SUITES.map((suite) => suite.name).join(' ')}\n`,
    );
    return 2;
  }
  await mkdir(TAP_FOLDER, { recursive: true });
  const chosen = names.length === 0 ? SUITES : SUITES.filter((suite) => names.includes(suite.name));
  const tallies: Tally[] = [];
  for (const suite of chosen) tallies.push(await runSuite(suite));
  const total = addTallies(tallies);
  process.stdout.write(`${renderTally(total)}\n`);
  return total.failed === 0 && tallies.every(({ passed }) => passed > 0) ? 0 : 1;
}

async function runSuite(suite: Suite): Promise<Tally> {
  process.stdout.write(`# ${suite.name}: ${suite.what}\n`);
  const started = performance.now();
  const reader = new TallyReader();
  const digest = new Digest();
  const raw: string[] = [];
  const child = $({
    cwd: CHECKOUT,
    stdio: ['ignore', 'pipe', 'inherit'],
    nothrow: true,
    quiet: true,
    preferLocal: CHECKOUT,
  })`${suite.command}`;
  for await (const line of createInterface({ input: child.stdout })) {
    raw.push(line);
    reader.write(`${line}\n`);
    for (const shown of digest.line(line)) process.stdout.write(`${shown}\n`);
  }
  const { exitCode } = await child;
  const lacking = suite.coverage ? belowFloor(await readSummary(CHECKOUT)) : [];
  for (const sentence of lacking) process.stdout.write(`not ok - coverage: ${sentence}\n`);
  const tally = withExitCode(addTallies([reader.end(), { ...NOTHING, failed: lacking.length }]), exitCode);
  if (tally.failed > 0)
    process.stdout.write(
      digest
        .rest()
        .map((line) => `${line}\n`)
        .join(''),
    );
  await writeFile(join(TAP_FOLDER, `${suite.name}.tap`), `${raw.join('\n')}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  process.stdout.write(`# ${suite.name}: ${renderTally(tally)} in ${seconds} s (exit code ${exitCode})\n\n`);
  return tally;
}

/** A suite that ends badly or counts nothing has failed, whatever its points say. */
function withExitCode(tally: Tally, exitCode: number | null): Tally {
  const lying = tally.failed === 0 && (exitCode !== 0 || tally.passed === 0);
  return lying ? { ...tally, failed: 1 } : tally;
}
