/** The series as the kernel's own tools see it: its style, and what sparse says of its sources. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { Context } from '../../vm/context.ts';
import { buildKernel, sourceTree } from '../../vm/kernel/build.ts';
import { createdFiles, readSeries } from '../../vm/kernel/series.ts';
import { fetchKernel } from '../../vm/kernel/source/fetch.ts';
import { readProject } from '../../vm/project.ts';
import { recordingContext } from './guest.ts';

/** The plain kernel's patched tree, and its configuration. */
async function patchedTree(ctx: Context): Promise<{ readonly tree: string; readonly config: string }> {
  const source = await fetchKernel({ source: 'auto' }, ctx);
  const options = { source, flavour: 'plain', project: readProject() } as const;
  const { config } = await buildKernel(options, ctx);
  return { tree: await sourceTree(options, ctx), config };
}

/** Paths of the C files that the series adds to the kernel itself, not to its tests. */
async function sources(): Promise<string[]> {
  const created = createdFiles(await readSeries(readProject().seriesDir));
  return [...created.keys()].filter((path) => path.endsWith('.c') && !path.startsWith('tools/'));
}

void t.test('checkpatch --strict has nothing to say of any patch', async (t) => {
  const { tree } = await patchedTree(await recordingContext(t));
  const { patches } = await readSeries(readProject().seriesDir);
  for (const { name, path } of patches) {
    const args = ['scripts/checkpatch.pl', '--strict', '--no-summary', '--color=never', path];
    const { exitCode, all } = await execa('perl', args, { cwd: tree, all: true, reject: false });
    t.equal(exitCode, 0, name, { all });
  }
});

void t.test('sparse and the compiler with W=1 have nothing to say of the sources', async (t) => {
  const { tree, config } = await patchedTree(await recordingContext(t));
  const files = await sources();
  t.ok(files.length > 0, 'there are some');
  const output = join(t.testdir({}), 'build');
  await makeIn(t, tree, output, ['outputmakefile']);
  copyFileSync(config, join(output, '.config'));
  await makeIn(t, tree, output, ['olddefconfig']);
  const objects = files.map((path) => path.replace(/\.c$/, '.o'));
  const said = await makeIn(t, tree, output, ['C=2', 'W=1', ...objects]);
  for (const path of files)
    t.match(said.stdout, new RegExp(`^ {2}CHECK +\\S*${path}$`, 'm'), `${path} was checked`);
  t.equal(said.stderr, '', 'not a word');
});

/** Runs the kernel's make with its output in a folder of the test's own, so that nobody's objects are touched. */
async function makeIn(t: Test, tree: string, output: string, targets: readonly string[]) {
  const args = ['-C', tree, '-j2', `O=${output}`, 'CC=ccache gcc', ...targets];
  const result = await execa('make', args, { env: { LC_ALL: 'C' }, reject: false });
  t.equal(result.exitCode, 0, `make ${targets.join(' ')}`, { stderr: result.stderr });
  return result;
}
