/** `npm run vm:bench resync`: what it takes to find out that nothing has changed, against rsync, in instructions. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measureResync } from '../bench/resync/measure.ts';
import type { Resync } from '../bench/resync/measurement.ts';
import { resyncTable } from '../bench/resync/table.ts';
import { alignColumns } from '../bench/table.ts';
import type { Command } from '../cli/command.ts';
import { wholeNumber } from '../cli/options.ts';
import { CHECKOUT } from '../paths.ts';
import { quoteCommand } from '../qemu/machine/quote.ts';
import { recordRun } from '../results/record.ts';
import { prepareGuest } from './prepared-guest.ts';

/** A project of its own, so that no other image carries rsync. */
const PROJECT = join(CHECKOUT, 'test', 'bench', 'resync');

const PASSES = 3;

export const benchResync: Command['run'] = async ({ values, args }, context) => {
  const passes = values.repeat === undefined ? PASSES : wholeNumber('repeat', values.repeat, 1, 64);
  const guest = await prepareGuest({ project: PROJECT, ...values, machine: 'auto' }, context);
  const { runDir } = guest;
  const command = quoteCommand(['npm', 'run', 'vm:bench', '--', ...args]);
  let results: Resync[] | undefined;
  const verdict = await recordRun(
    { runDir, command, output: 'tap', cwd: CHECKOUT },
    context,
    async (recorded) => {
      results = await measureResync(guest, passes, recorded, ({ fileSystem, tree, label, instructions }) => {
        const name = `${fileSystem}, nothing changed in ${tree.directories * tree.files} files`;
        recorded.events.emit({ kind: 'bench', name, arm: label, value: instructions, unit: 'instructions' });
      });
      return 'PASS';
    },
  );
  if (results !== undefined) {
    await writeFile(join(runDir, 'resync.json'), `${JSON.stringify(results, undefined, 1)}\n`);
    process.stdout.write(`${alignColumns(resyncTable(results)).join('\n')}\n`);
  }
  return verdict;
};
