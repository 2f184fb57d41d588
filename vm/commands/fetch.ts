/** `npm run vm:fetch`: brings the Linux source into the cache. */
import type { Command } from '../cli/command.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';

export const fetch: Command = {
  name: 'vm:fetch',
  summary: 'Fetches and verifies the Linux source; prints where it came from.',
  options: ['source'],
  async run({ values }, context) {
    const source = await fetchKernel({ source: values.source ?? 'auto' }, context);
    process.stdout.write(`${JSON.stringify(source, null, 2)}\n`);
    return 'PASS';
  },
};
