/** `npm run vm:bench metadata`: what it costs to learn the metadata of files, by our calls and without them. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ARMS, armOf } from '../bench/metadata/arms.ts';
import { type Plan, type Results, measureMetadata } from '../bench/metadata/measure.ts';
import { FILE_SYSTEMS, perFile } from '../bench/metadata/measurement.ts';
import { markdownPage } from '../bench/metadata/page.ts';
import { costTables, grouped, ratioTable, type Table } from '../bench/metadata/tables.ts';
import { alignColumns } from '../bench/table.ts';
import type { Command } from '../cli/command.ts';
import { type OptionValues, wholeNumber } from '../cli/options.ts';
import { UsageError } from '../errors.ts';
import { CHECKOUT } from '../paths.ts';
import { quoteCommand } from '../qemu/machine/quote.ts';
import { recordRun } from '../results/record.ts';
import { prepareGuest } from './prepared-guest.ts';

/** What is measured: a project of its own, so that no other image carries it. */
const PROJECT = join(CHECKOUT, 'test', 'bench');

export const benchMetadata: Command['run'] = async ({ values, args }, context) => {
  const plan = planOf(values);
  const guest = await prepareGuest({ project: PROJECT, ...values, machine: 'auto' }, context);
  const { runDir } = guest;
  const command = quoteCommand(['npm', 'run', 'vm:bench', '--', ...args]);
  let results: Results | undefined;
  const verdict = await recordRun(
    { runDir, command, output: 'tap', cwd: CHECKOUT },
    context,
    async (recorded) => {
      results = await measureMetadata(guest, plan, recorded, (measurement) => {
        const { unit, fileSystem, entries, changed, arm } = measurement;
        const name = `${fileSystem}, ${grouped(entries)} files, ${changed} % changed, a file`;
        recorded.events.emit({
          kind: 'bench',
          name,
          arm: armOf(arm).label,
          value: perFile(measurement),
          unit,
        });
      });
      return 'PASS';
    },
  );
  if (results !== undefined) {
    await writeResults(runDir, results, command);
    process.stdout.write(`${tablesOf(results).map(asText).join('\n\n')}\n`);
  }
  return verdict;
};

/** `metadata.json`, and the page of docs/metadata-benchmark.md with its pictures. */
async function writeResults(dir: string, results: Results, command: string): Promise<void> {
  // The library that draws takes a while to load, and nothing else needs it.
  const { figuresOf } = await import('../bench/metadata/plots.ts');
  const { svgFile } = await import('../bench/metadata/figure.ts');
  const figures = figuresOf(results.measured);
  const files: readonly (readonly [string, string])[] = [
    ['metadata.json', `${JSON.stringify(results, undefined, 1)}\n`],
    ['metadata-benchmark.md', markdownPage(results, figures, command)],
    ...figures.map((figure) => [`${figure.name}.svg`, svgFile(figure)] as const),
  ];
  for (const [name, text] of files) await writeFile(join(dir, name), text);
}

/** Files in a directory, and how often each arm goes over them: the more there are, the less an interrupt adds. */
const SIZES: Plan['sizes'] = [
  { entries: 10, passes: 5 },
  { entries: 1000, passes: 5 },
  { entries: 10_000, passes: 5, nodePasses: 2 },
  { entries: 100_000, passes: 2 },
];

const QUICK: Plan = {
  units: ['instructions'],
  sizes: [{ entries: 10_000, passes: 2 }],
  arms: ARMS.map(({ id }) => id),
};

function planOf({ quick, arms, repeat }: OptionValues): Plan {
  const plan: Plan = quick === true ? QUICK : { ...QUICK, units: ['instructions', 'ns'], sizes: SIZES };
  const passes = repeat === undefined ? {} : { passes: wholeNumber('repeat', repeat, 1, 64) };
  return {
    ...plan,
    sizes: plan.sizes.map((size) => Object.assign({}, size, passes)),
    arms: armsOption(arms),
  };
}

function armsOption(list: string | undefined): string[] {
  const ids = list?.split(',') ?? ARMS.map(({ id }) => id);
  const unknown = ids.filter((id) => !ARMS.some((arm) => arm.id === id));
  if (unknown.length === 0) return ids;
  throw new UsageError({
    code: 'USAGE',
    tried: 'read --arms',
    found: `'${unknown.join("', '")}'`,
    hint: `--arms takes of ${ARMS.map(({ id }) => id).join(',')}`,
  });
}

/** Of what was counted, all; of what was timed, the ratios: times under emulation are no machine's. */
function tablesOf({ guests, measured }: Results): Table[] {
  const scopes = guests.flatMap(({ unit }) => FILE_SYSTEMS.map((fileSystem) => ({ unit, fileSystem })));
  return scopes.flatMap((scope) => {
    const costs = scope.unit === 'instructions' ? costTables(measured, scope) : [];
    return costs.concat(ratioTable(measured, scope));
  });
}

function asText({ title, rows }: Table): string {
  return [title, ...alignColumns(rows)].join('\n');
}
