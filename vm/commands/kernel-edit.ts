/** `npm run kernel:edit`: a git tree of the kernel with the series as commits. */
import type { Command } from '../cli/command.ts';
import { EDIT_DIR, editKernel } from '../kernel/edit.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';

export const kernelEdit: Command = {
  name: 'kernel:edit',
  operands: '[FOLDER]',
  summary: 'Unpacks Linux as a git repository with our series as commits (default: build/linux).',
  options: ['source'],
  async run({ values, positionals: [dir = EDIT_DIR] }, context) {
    const source = await fetchKernel({ source: values.source ?? 'auto' }, context);
    process.stdout.write(`${await editKernel({ source, dir }, context)}\n`);
    return 'PASS';
  },
};
