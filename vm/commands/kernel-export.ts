/** `npm run kernel:export`: writes the commits of an edited tree back as the series. */
import type { Command } from '../cli/command.ts';
import { exportSeries } from '../kernel/export.ts';
import { EDIT_FOLDER } from './kernel-edit.ts';

export const kernelExport: Command = {
  name: 'kernel:export',
  operands: '[FOLDER]',
  summary: 'Writes the commits of FOLDER (default: build/linux) back to kernel-patch/series.',
  options: [],
  async run({ positionals: [folder = EDIT_FOLDER] }, context) {
    const changed = await exportSeries({ folder }, context);
    process.stdout.write(
      changed.length === 0 ? 'nothing changed\n' : changed.map((name) => `${name}\n`).join(''),
    );
    return 'PASS';
  },
};
