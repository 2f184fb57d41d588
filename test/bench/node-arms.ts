/**
 * Measures what it costs to compare two directories from JavaScript: by Node's own lstat, and by the syncer's addon.
 *
 *     node-arms DIRECTORY PASSES [ARM...]
 *
 * Compares DIRECTORY/src with DIRECTORY/dst, in which no file differs (`metadata DIRECTORY ENTRIES 0` makes them), PASSES
 * times by each arm in turns, and prints one JSON object an arm, as metadata.c does. It is packaged as the syncer is:
 * what runs is the same Node with the same addon.
 */
import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { compareEntries } from '../../userland/src/metadata/compare.ts';
import { type MetadataChoice, NoKernelMetadata, probeMetadata } from '../../userland/src/metadata/probe.ts';
import { DIFF } from '../../userland/src/metadata/records.ts';
import { loadAddon } from '../../userland/src/native/load.ts';

const COMPARED = DIFF.SIZE | DIFF.MTIME | DIFF.MODE | DIFF.OWNER;
const QUESTION = { compare: COMPARED, report: COMPARED | DIFF.MISSING | DIFF.TYPE };

/** How many files differ. */
type Arm = (source: string, destination: string) => number | Promise<number>;

const ARMS: Readonly<Record<string, Arm>> = {
  'node-lstatSync': (source, destination) =>
    readdirSync(source).filter((name) =>
      differ(lstatSync(join(source, name)), lstatSync(join(destination, name))),
    ).length,
  // As many at once as there are names: libuv's four threads take them in turn.
  'node-lstat': async (source, destination) => {
    const pairs = readdirSync(source).map((name) =>
      Promise.all([lstat(join(source, name)), lstat(join(destination, name))]),
    );
    return (await Promise.all(pairs)).filter(([a, b]) => differ(a, b)).length;
  },
  'addon-statx': byAddon('statx'),
  'addon-kernel': byAddon('kernel'),
};

function differ(a: Stats, b: Stats): boolean {
  return (
    a.size !== b.size || a.mtimeMs !== b.mtimeMs || a.mode !== b.mode || a.uid !== b.uid || a.gid !== b.gid
  );
}

function byAddon(choice: MetadataChoice): Arm {
  return (source, destination) => {
    const addon = loadAddon();
    const metadata = probeMetadata(addon, choice);
    const [src, dst] = [addon.openRoot(source), addon.openRoot(destination)];
    try {
      return [...compareEntries(addon, metadata, src, dst, QUESTION)].length;
    } finally {
      addon.close(src);
      addon.close(dst);
    }
  };
}

async function measure(directory: string, passes: number, names: readonly string[]): Promise<void> {
  const source = join(directory, 'src');
  const destination = join(directory, 'dst');
  const entries = readdirSync(source).length;
  const arms = Object.entries(ARMS).filter(([name]) => names.length === 0 || names.includes(name));
  const taken = new Map<string, number[] | undefined>(arms.map(([name]) => [name, []]));
  // The first turn, in which functions are compiled, does not count.
  for (let pass = -1; pass < passes; pass += 1) {
    for (const [name, arm] of arms) {
      const began = process.hrtime.bigint();
      try {
        if ((await arm(source, destination)) !== 0)
          throw new Error(`${name} saw differences where there are none`);
      } catch (error) {
        if (!(error instanceof NoKernelMetadata)) throw error;
        taken.set(name, undefined);
      }
      if (pass >= 0) taken.get(name)?.push(Number(process.hrtime.bigint() - began));
    }
  }
  const lines = [...taken].map(([arm, ns]) =>
    ns === undefined ? { absent: arm } : { arm, entries, changed: 0, rounds: 1, ns },
  );
  process.stdout.write(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
}

const [first = '--version', passes = '', ...names] = process.argv.slice(2);
// Who packages a program has it say something.
if (first === '--version') process.stdout.write(`${process.version}\n`);
else void measure(first, Number(passes), names);
