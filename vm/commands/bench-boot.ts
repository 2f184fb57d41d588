/** `npm run vm:bench boot`: how long guests take until they can be used, machine by machine. */
import type { Command } from '../cli/command.ts';
import { wholeNumber } from '../cli/options.ts';
import { measureBoots, type Measurement } from '../bench/boot.ts';
import { summarise, tableLines } from '../bench/table.ts';
import { CHECKOUT } from '../paths.ts';
import { quoteCommand } from '../qemu/machine/quote.ts';
import { recordRun } from '../results/record.ts';
import { prepareGuest } from './prepared-guest.ts';

const NAMES: Readonly<Record<Measurement, string>> = {
  agent: "QEMU's start to the agent's first answer",
  syncer: "QEMU's start to the syncer's first line",
};

const ROUNDS = 10;

export const benchBoot: Command['run'] = async (given, context) => {
  const { values, args } = given;
  const rounds = values.repeat === undefined ? ROUNDS : wholeNumber('repeat', values.repeat, 1, 1000);
  const guest = await prepareGuest({ ...values, machine: 'auto' }, context);
  const { runDir } = guest;
  const command = quoteCommand(['npm', 'run', 'vm:bench', '--', ...args]);
  const samples = new Map<Measurement, { readonly arm: string; readonly value: number }[]>();
  const verdict = await recordRun(
    { runDir, command, output: 'tap', cwd: CHECKOUT },
    context,
    async (recorded) => {
      for await (const { arm, measured, ms } of measureBoots(guest, rounds, recorded)) {
        recorded.events.emit({ kind: 'bench', name: NAMES[measured], arm, value: ms, unit: 'ms' });
        samples.set(measured, [...(samples.get(measured) ?? []), { arm, value: ms }]);
      }
      return 'PASS';
    },
  );
  for (const [measured, taken] of samples) {
    process.stdout.write(`${tableLines(NAMES[measured], 'ms', summarise(taken)).join('\n')}\n\n`);
  }
  return verdict;
};
