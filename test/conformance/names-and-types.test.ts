/** Names that break quoting and encodings, paths that are too long, and entries that become something else. */
import { mkdirSync } from 'node:fs';
import { execaSync } from 'execa';
import t from 'tap';
import { playScenarios } from '../helpers/play-scenarios.ts';
import { Lab } from '../helpers/syncer.ts';
import { waitFor } from '../helpers/wait.ts';
import { NAMES_AND_TYPES } from '../scenarios/names-and-types.ts';

await playScenarios(t, NAMES_AND_TYPES);

void t.test('paths above 4096 bytes, live', async (t) => {
  const lab = new Lab(t);
  const name = 'd'.repeat(200);
  const down = (script: string): void =>
    void execaSync(
      'bash',
      ['-euc', `cd source; for i in $(seq 30); do mkdir -p ${name}; cd ${name}; done; ${script}`],
      {
        cwd: lab.dir,
      },
    );
  // Neither Node nor the oracle can go there by path; find goes by fds. It fails where something goes away meanwhile.
  const list = (root: string): string =>
    execaSync('find', ['.', '-printf', '%d %y %s %T@ %f\n'], { cwd: `${lab.dir}/${root}`, reject: false })
      .stdout.split('\n')
      .toSorted()
      .join('\n');
  const settled = (): Promise<string | null> =>
    waitFor(() => (list('destination') === list('source') ? null : list('destination')), 20_000);
  const live = await lab.watch(t);
  for (const script of [
    'echo deep > f',
    'echo deeper >> f; mkdir new; echo x > new/g',
    'mv new moved; mv f g',
    'rm g',
  ]) {
    down(script);
    t.equal(await settled(), null, script);
  }
  execaSync('mv', [`source/${name}`, 'source/renamed'], { cwd: lab.dir });
  t.equal(await settled(), null, 'its first ancestor renamed');
  execaSync('rm', ['-rf', 'source/renamed'], { cwd: lab.dir });
  t.equal(await settled(), null, 'all removed');
  t.match(await live.stop(), { code: 0, stderr: '' });
  execaSync('rm', ['-rf', 'source', 'destination'], { cwd: lab.dir });
  mkdirSync(lab.source);
});
