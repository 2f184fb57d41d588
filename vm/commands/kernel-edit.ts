/** `npm run kernel:edit`: a git tree of the kernel with the series as commits. */
import { join } from 'node:path';
import type { Command } from '../cli/command.ts';
import { editSeries } from '../kernel/edit.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';
import { CHECKOUT } from '../paths.ts';

/** Where the tree is unpacked when no folder is named. */
export const EDIT_FOLDER = join(CHECKOUT, 'build', 'linux');

export const kernelEdit: Command = {
  name: 'kernel:edit',
  operands: '[FOLDER]',
  summary: 'Unpacks Linux as a git repository with our series as commits (default: build/linux).',
  options: ['source'],
  async run({ values, positionals: [folder = EDIT_FOLDER] }, context) {
    const source = await fetchKernel({ source: values.source ?? 'auto' }, context);
    await editSeries({ source, folder }, context);
    process.stdout.write(`${folder}\n`);
    return 'PASS';
  },
};
