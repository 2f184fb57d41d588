/**
 * The cache of unpacked trees: `kernel-source/<key>/linux` with its `source.json`, one for each content, whatever
 * request brought it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { UserError } from '../../errors.ts';
import type { KernelSource, SourceRecord } from './source.ts';

/** Raised when what unpacking produces changes. */
const PRISTINE_STEP = 1;

export interface PristineInputs {
  readonly sha256: string;
  readonly hashOf: SourceRecord['hashOf'];
  readonly origin: SourceRecord['origin'];
  readonly from: string;
}

/**
 * Returns the pristine tree for `inputs`, calling `fill` with the path of the `linux` folder to make if it is not there.
 *
 * @throws `UserError` `NOT_A_KERNEL` when what `fill` made is no Linux tree
 */
export async function pristineTree(
  inputs: PristineInputs,
  ctx: Context,
  fill: (linux: string) => Promise<void>,
): Promise<KernelSource> {
  const { sha256, hashOf, origin, from } = inputs;
  const entry = await ctx.cache.produce(
    'kernel-source',
    { step: PRISTINE_STEP, sha256, hashOf },
    async (dir) => {
      const linux = join(dir, 'linux');
      await fill(linux);
      const record: SourceRecord = { origin, version: await treeVersion(linux, from), sha256, hashOf, from };
      await writeFile(join(dir, 'source.json'), `${JSON.stringify(record, null, 2)}\n`);
    },
  );
  return readPristine(entry.dir);
}

/** Reads back what `pristineTree` published in `dir`. */
export async function readPristine(dir: string): Promise<KernelSource> {
  const record = JSON.parse(await readFile(join(dir, 'source.json'), 'utf8')) as SourceRecord;
  return { ...record, tree: join(dir, 'linux') };
}

/** The version that a tree's Makefile states, e.g. `6.1.192`, or `6.1` where the sublevel is 0. */
export async function treeVersion(tree: string, from: string): Promise<string> {
  const makefile = await readFile(join(tree, 'Makefile'), 'utf8').catch(() => '');
  const value = (name: string): string | undefined =>
    new RegExp(`^${name}[ \\t]*=[ \\t]*(\\S*)`, 'm').exec(makefile)?.[1];
  const [version, patchlevel, sublevel] = [value('VERSION'), value('PATCHLEVEL'), value('SUBLEVEL')];
  if (!version || !patchlevel) {
    throw new UserError({
      code: 'NOT_A_KERNEL',
      tried: `find a Linux tree in ${from}`,
      found: 'no Makefile with VERSION and PATCHLEVEL at its top',
      hint: 'give the tarball of a kernel, or the folder that holds its Makefile',
    });
  }
  return `${version}.${patchlevel}${sublevel && sublevel !== '0' ? `.${sublevel}` : ''}${value('EXTRAVERSION') ?? ''}`;
}
