/** `npm run vm:build`: every stage up to the image, nothing booted. */
import type { Command } from '../cli/command.ts';
import { prepare } from '../prepare.ts';
import { flavourOption, prepareOptions } from './options.ts';

export const build: Command = {
  name: 'vm:build',
  summary: 'Builds the bzImage, the packaged syncer and the initramfs; prints where they are.',
  options: ['source', 'project', 'kernel', 'jobs'],
  async run({ values }, context) {
    const flavour = flavourOption(values);
    const prepared = await prepare(prepareOptions(values, [flavour]), context);
    const kernel = prepared.kernels.get(flavour);
    const lines = [
      ['bzImage', kernel?.bzImage],
      ['vmlinux', kernel?.vmlinux],
      ['config', kernel?.config],
      ['initramfs', prepared.initramfs.path],
      ['dirsync', prepared.syncer],
    ];
    for (const [name = '', path] of lines) {
      if (path !== undefined) process.stdout.write(`${name.padEnd(10)}${path}\n`);
    }
    return 'PASS';
  },
};
