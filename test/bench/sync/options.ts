/** The command line of the benchmark. */
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';

export const MEASURES = ['resync', 'write', 'burst', 'ready', 'big', 'small', 'idle', 'memory'] as const;
export type Measure = (typeof MEASURES)[number];

export interface BenchOptions {
  readonly dir: string;
  /** Interleaved passes over all arms; each figure is the median of so many. */
  readonly rounds: number;
  /** Sizes of the data sets, as a part of the full ones. */
  readonly scale: number;
  readonly only: readonly Measure[];
  /** A packaged dirsync; null: one is made of this checkout. */
  readonly program: string | null;
  /** Where the figures go as JSON; null: nowhere. */
  readonly json: string | null;
}

export const HELP = `npm run bench:sync -- [options]    dirsync beside its peers, interleaved, on one disk

  --quick            sizes of a fiftieth and one round: seconds, to see that it works
  --only LIST        of ${MEASURES.join(',')}; default: all but memory
  --rounds N         default 5
  --scale F          sizes as a part of the full ones; default 1
  --dir FOLDER       where the data goes; default: below $TMPDIR. On ext4, where many files were deleted within
                     the last minutes, all that makes files is slow: a file system of its own is better, with
                     3 million inodes for the measure of memory
  --program FILE     a packaged dirsync; default: one is made of this checkout
  --json FILE        the figures, for programs`;

/** null: help was asked for. Throws what is wrong with the arguments. */
export function parseBench(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean' },
      only: { type: 'string' },
      rounds: { type: 'string' },
      scale: { type: 'string' },
      dir: { type: 'string' },
      program: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) return null;
  const quick = values.quick === true;
  const usual = MEASURES.filter((measure) => measure !== 'memory');
  return {
    dir: values.dir ?? tmpdir(),
    rounds: positive('--rounds', values.rounds ?? (quick ? '1' : '5')),
    scale: positive('--scale', values.scale ?? (quick ? '0.02' : '1')),
    only: values.only === undefined ? usual : values.only.split(',').map(measureNamed),
    program: values.program ?? null,
    json: values.json ?? null,
  };
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (number > 0 && Number.isFinite(number)) return number;
  throw new Error(`${option} takes a number above 0, not ${JSON.stringify(text)}`);
}

function measureNamed(name: string): Measure {
  const found = MEASURES.find((measure) => measure === name);
  if (found === undefined) throw new Error(`--only takes some of ${MEASURES.join(', ')}, not ${name}`);
  return found;
}
