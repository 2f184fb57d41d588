/** `npm run kernel:edit`: a git tree of the kernel with the series as commits. */
import type { Command } from '../cli/command.ts';
import { EDIT_DIR, editKernel } from '../kernel/edit.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';
import { projectOption } from './options.ts';

export const kernelEdit: Command = {
  name: 'kernel:edit',
  operands: '[FOLDER]',
  summary: 'Unpacks Linux as a git repository with the series as commits (default: build/linux).',
  options: ['source', 'project'],
  async run({ values, positionals: [dir = EDIT_DIR] }, context) {
    const { seriesDir } = projectOption(values);
    const source = await fetchKernel({ source: values.source ?? 'auto' }, context);
    process.stdout.write(`${await editKernel({ source, dir, seriesDir }, context)}\n`);
    return 'PASS';
  },
};
