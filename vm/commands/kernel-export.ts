/** `npm run kernel:export`: writes the commits of an edited tree back as the series. */
import type { Command } from '../cli/command.ts';
import { EDIT_DIR } from '../kernel/edit.ts';
import { exportKernel } from '../kernel/export.ts';
import { projectOption } from './options.ts';

export const kernelExport: Command = {
  name: 'kernel:export',
  operands: '[FOLDER]',
  summary: "Writes the commits of FOLDER (default: build/linux) back to the project's series.",
  options: ['project'],
  async run({ values, positionals: [dir = EDIT_DIR] }, context) {
    const patches = await exportKernel({ dir, seriesDir: projectOption(values).seriesDir }, context);
    process.stdout.write(patches.map((name) => `${name}\n`).join(''));
    return 'PASS';
  },
};
