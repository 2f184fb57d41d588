/**
 * `npm run bench:sync`: dirsync, packaged and with its start counted, beside the programs that people use instead.
 *
 * All arms take turns within one run and on one disk, and what is said is a ratio: figures of different runs, or of
 * machines, cannot be compared. Peers that are not installed are named.
 */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { packageSyncer } from '../../../userland/package.ts';
import { remove } from './datasets.ts';
import { burst, idle, ready, write } from './followed.ts';
import type { Lab } from './lab.ts';
import { Observer } from './observer.ts';
import { big, memory, resync, small } from './one-shot.ts';
import { HELP, parseBench, type BenchOptions, type Measure } from './options.ts';
import { absentPeers, followers, oneShots, type Name } from './peers.ts';
import { figureLines, fileSystem, machine, targetLines } from './report.ts';
import type { Sample } from './samples.ts';
import { verdicts } from './targets.ts';

const CHECKOUT = resolve(import.meta.dirname, '../../..');

const RUN: Readonly<Record<Measure, (lab: Lab) => Promise<void>>> = {
  resync,
  write,
  burst,
  ready,
  big,
  small,
  idle,
  memory,
};

async function main(options: BenchOptions): Promise<void> {
  const program = options.program === null ? await packaged() : resolve(options.program);
  const absent = await absentPeers();
  const here = ({ name }: { readonly name: Name }): boolean => !absent.has(name);
  const dir = mkdtempSync(join(resolve(options.dir), 'dirsync-bench-'));
  const samples: Sample[] = [];
  const failed: string[] = [];
  const before = machine();
  try {
    const lab: Lab = {
      dir,
      rounds: options.rounds,
      observer: await Observer.build(dir),
      oneShots: oneShots(program).filter(here),
      followers: followers(program).filter(here),
      report: (figure, unit, arm, value) => samples.push({ figure, unit, arm, value }),
      size: (full) => Math.max(1, Math.round(full * options.scale)),
    };
    for (const measure of options.only) {
      progress(`${measure} ...`);
      try {
        await RUN[measure](lab);
      } catch (error) {
        // What the others found in half an hour is not lost for it.
        failed.push(`failed: ${measure}: ${shortened(error)}`);
        progress(failed.at(-1) ?? '');
      }
    }
  } finally {
    remove(dir);
  }
  const text = [
    `machine: ${before}; after: load ${machine().split('load ')[1] ?? ''}`,
    `data on ${fileSystem(resolve(options.dir))}; ${options.rounds} rounds, sizes x ${options.scale}`,
    ...[...absent].map(([name, install]) => `absent: ${name} (${install})`),
    ...failed,
    '',
    ...figureLines(samples),
    '',
    ...targetLines(samples),
  ];
  process.stdout.write(`${text.join('\n')}\n`);
  if (options.json !== null) {
    const result = {
      machine: before,
      options,
      absent: Object.fromEntries(absent),
      failed,
      targets: verdicts(samples),
    };
    writeFileSync(options.json, `${JSON.stringify({ ...result, samples }, null, 2)}\n`);
  }
  if (failed.length > 0) process.exitCode = 1;
}

/** The beginning of what went wrong: programs that fail say the same of each file. */
function shortened(error: unknown): string {
  const [first = '', ...rest] = (error instanceof Error ? error.message : String(error)).split('\n');
  return rest.length === 0 ? first : [first, ...rest.slice(0, 3), `(${rest.length} lines)`].join('\n  ');
}

/** The program that users get, made of this checkout. */
async function packaged(): Promise<string> {
  const out = join(CHECKOUT, 'build/dirsync');
  progress(existsSync(out) ? 'package dirsync again ...' : 'package dirsync ...');
  await packageSyncer({ out });
  return out;
}

function progress(what: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${what}\n`);
}

try {
  const options = parseBench(process.argv.slice(2));
  if (options === null) process.stdout.write(`${HELP}\n`);
  else await main(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
