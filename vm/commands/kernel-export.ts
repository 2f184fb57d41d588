/** `npm run kernel:export`: writes the commits of an edited tree back as the series. */
import type { Command } from '../cli/command.ts';
import { EDIT_DIR } from '../kernel/edit.ts';
import { exportKernel } from '../kernel/export.ts';

export const kernelExport: Command = {
  name: 'kernel:export',
  operands: '[FOLDER]',
  summary: 'Writes the commits of FOLDER (default: build/linux) back to kernel-patch/series.',
  options: [],
  async run({ positionals: [dir = EDIT_DIR] }, context) {
    const patches = await exportKernel({ dir }, context);
    process.stdout.write(patches.map((name) => `${name}\n`).join(''));
    return 'PASS';
  },
};
