/** `npm run vm:build`: every stage up to the image, nothing booted. */
import type { Command } from '../cli/command.ts';
import type { OptionValues } from '../cli/options.ts';
import type { Context } from '../context.ts';
import { kernelKey } from '../kernel/build.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';
import { KERNEL_ORG } from '../kernel/source/kernel-org.ts';
import { prepare } from '../prepare.ts';
import { flavourOption, prepareOptions, projectOption } from './options.ts';

export const build: Command = {
  name: 'vm:build',
  summary: 'Builds the bzImage, the packaged syncer and the initramfs; prints where they are.',
  options: ['source', 'project', 'kernel', 'jobs', 'print-key'],
  async run({ values }, context) {
    if (values['print-key'] === true) {
      process.stdout.write(`${await printedKey(values, context)}\n`);
      return 'PASS';
    }
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

/** The kernel's key. The digest of kernel.org's tarball is pinned, so nothing need be fetched for it. */
async function printedKey(values: OptionValues, context: Context): Promise<string> {
  const pinned = values.source === 'kernel.org';
  const source = pinned ? KERNEL_ORG : await fetchKernel({ source: values.source ?? 'auto' }, context);
  const { key } = await kernelKey(
    { source, flavour: flavourOption(values), project: projectOption(values) },
    context,
  );
  return key;
}
