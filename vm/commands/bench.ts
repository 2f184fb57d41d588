/** `npm run vm:bench`: measures the harness, or what the series is for; the values are events, and the run's report plots them. */
import type { Command } from '../cli/command.ts';
import { UsageError } from '../errors.ts';
import { benchBoot } from './bench-boot.ts';
import { benchMetadata } from './bench-metadata.ts';
import { benchResync } from './bench-resync.ts';
import { GUEST_OPTIONS } from './prepared-guest.ts';

const BENCHES: Readonly<Record<string, Command['run']>> = {
  boot: benchBoot,
  metadata: benchMetadata,
  resync: benchResync,
};

export const bench: Command = {
  name: 'vm:bench',
  operands: 'boot|metadata|resync',
  summary:
    'Measures how long guests take to be ready, what it costs to learn the metadata of files, or to see that nothing changed.',
  options: [...GUEST_OPTIONS.filter((name) => name !== 'machine'), 'repeat', 'quick', 'arms'],
  async run(given, context) {
    const { positionals } = given;
    const run = positionals.length === 1 ? BENCHES[positionals[0] ?? ''] : undefined;
    if (run === undefined) {
      throw new UsageError({
        code: 'USAGE',
        tried: 'find out what to measure',
        found: positionals.length === 0 ? 'nothing was named' : `'${positionals.join(' ')}'`,
        hint: 'npm run vm:bench boot, metadata or resync',
      });
    }
    return run(given, context);
  },
};
