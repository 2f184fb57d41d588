/** `npm run vm:clean`: says what can be removed and how large it is; with --yes, removes it. */
import { clean as remove, planClean } from '../clean.ts';
import type { Command } from '../cli/command.ts';
import { wholeNumber } from '../cli/options.ts';
import { RUNS } from '../paths.ts';

const MOST_DAYS = 100_000;

export const clean: Command = {
  name: 'vm:clean',
  summary:
    'Says what of the cache and of old runs can be removed, and how large it is; keeps what is in use.',
  options: ['older-than', 'yes'],
  async run({ values }, context) {
    const days = values['older-than'];
    const olderThanDays = days === undefined ? 0 : wholeNumber('older-than', days, 0, MOST_DAYS);
    const plan = await planClean({ runs: RUNS, olderThanDays }, context);
    const kinds = [...Map.groupBy(plan.remove, ({ kind }) => kind)];
    for (const [kind, entries] of kinds) {
      const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
      print(`${kind.padEnd(16)}${String(entries.length).padStart(5)}  ${megabytes(bytes).padStart(9)} MB`);
    }
    for (const why of plan.kept) print(`kept: ${why}`);
    const total = megabytes(plan.remove.reduce((sum, { bytes }) => sum + bytes, 0));
    if (plan.remove.length === 0) print(`nothing to remove in ${context.cache.root} and ${RUNS}`);
    else if (values.yes) {
      await remove(plan, context);
      print(`removed ${total} MB`);
    } else
      print(
        `${total} MB in ${context.cache.root} and ${RUNS}; to remove it: npm run vm:clean -- ${[...(days === undefined ? [] : [`--older-than ${days}`]), '--yes'].join(' ')}`,
      );
    return 'PASS';
  },
};

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}
