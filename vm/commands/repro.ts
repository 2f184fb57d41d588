/** `npm run vm:repro`: does the same source give the same bytes, in another folder, with another -j, to another user? */
import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command } from '../cli/command.ts';
import type { OptionValues } from '../cli/options.ts';
import type { Context } from '../context.ts';
import { runStage } from '../events.ts';
import { fetchKernel } from '../kernel/source/fetch.ts';
import { type Built, rebuild, type Rebuild, RESULTS, whyNoOtherUser } from '../repro/build.ts';
import { difference } from '../repro/compare.ts';
import { flavourOption, projectOption } from './options.ts';

/** Who builds the third time: has no home, no rights and no files of his own. */
const OTHER_USER = 'nobody';

export const repro: Command = {
  name: 'vm:repro',
  summary:
    'Builds everything twice from nothing, and once more as another user if it may; names what differs.',
  options: ['source', 'project', 'kernel'],
  async run({ values }, context) {
    // Below the cache: links to the source must be possible, and what a killed run leaves is swept.
    const same = await context.cache.scratch(async (folder) => {
      const builds = await planBuilds(values, folder, context);
      // Once for all: the builds share it.
      await fetchKernel({ source: values.source ?? 'auto' }, context);
      const built: { readonly name: string; readonly results: Built }[] = [];
      for (const [name, build] of builds) {
        const results = await runStage(context.events, 'build', name, async () => ({
          outcome: 'done',
          detail: name,
          value: await rebuild(build, context),
        }));
        built.push({ name, results });
      }
      const equal = await compareAll(built);
      if (!equal) await keep(folder, context);
      return equal;
    });
    return same ? 'PASS' : 'FAIL';
  },
};

/** Keeps what differs, to be looked at. */
async function keep(folder: string, context: Context): Promise<void> {
  const kept = join(context.cache.root, `repro-${randomUUID().slice(0, 8)}`);
  await rename(folder, kept);
  context.events.emit({ kind: 'note', text: `kept for comparison, to be removed by hand: ${kept}` });
}

async function planBuilds(
  values: OptionValues,
  folder: string,
  context: Context,
): Promise<[name: string, build: Rebuild][]> {
  const flavour = flavourOption(values);
  const { dir } = projectOption(values);
  const common = { projectDir: dir, args: ['--source', values.source ?? 'auto', '--kernel', flavour] };
  const jobs = availableParallelism();
  const builds: [string, Rebuild][] = [
    [`${flavour} kernel and image, -j${jobs}`, { ...common, folder: join(folder, 'a'), jobs }],
    [
      `${flavour} kernel and image, -j${jobs + 1}, in another folder`,
      { ...common, folder: join(folder, 'elsewhere', 'b'), jobs: jobs + 1 },
    ],
  ];
  const why = await whyNoOtherUser(OTHER_USER, context);
  if (why === undefined) {
    const build = { ...common, folder: join(folder, 'c'), jobs, user: OTHER_USER };
    builds.push([`${flavour} kernel and image, as the user ${OTHER_USER}`, build]);
  } else context.events.emit({ kind: 'note', text: `no build as another user: ${why}` });
  return builds;
}

/** Prints a line for each result of each later build; true when all are equal to the first. */
async function compareAll(
  builds: readonly { readonly name: string; readonly results: Built }[],
): Promise<boolean> {
  const [first, ...others] = builds;
  let same = true;
  for (const result of RESULTS) {
    const original = first?.results.get(result);
    if (original === undefined) continue;
    for (const { name, results } of others) {
      const other = results.get(result);
      const found = other === undefined ? 'it was not built' : await difference(original, other);
      same &&= found === undefined;
      const verdict = found === undefined ? 'same       ' : 'DIFFERENT  ';
      process.stdout.write(
        `${verdict}${result.padEnd(10)} ${name}${found === undefined ? '' : `: ${found}`}\n`,
      );
    }
  }
  return same;
}
