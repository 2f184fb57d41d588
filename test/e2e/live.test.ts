/**
 * The packaged syncer kept running in the guest, by way of our calls, while a shell changes the source in every way that has a
 * name: the scenarios that `conformance/` plays on the host. A guest is slow, so each is played on one of the two file systems;
 * `DIRSYNC_SCENARIOS=all` plays each on both.
 */
import t, { type Test } from 'tap';
import { bootGuest, differences, FILE_SYSTEMS, must, workspace } from '../helpers/guest.ts';
import type { GuestProcess } from '../../vm/guest/guest-process.ts';
import { CONTENT } from '../scenarios/content.ts';
import { KINDS_OF_CHANGE } from '../scenarios/kinds-of-change.ts';
import { NAMES_AND_TYPES } from '../scenarios/names-and-types.ts';
import { WRITE_EVERYWHERE, type Scenario } from '../scenarios/scenario.ts';
import { WATCH_RACES } from '../scenarios/watch-races.ts';

/** How long the trees may take to become equal: generous, since TCG on a busy machine is slow; success is quick. */
const CONVERGE_MS = 60_000;

const GROUPS = {
  'watch races': WATCH_RACES,
  'kinds of change': KINDS_OF_CHANGE,
  content: CONTENT,
  'names and types': NAMES_AND_TYPES,
};

const ALL = process.env['DIRSYNC_SCENARIOS'] === 'all';

const vm = await bootGuest(t);

for (const [turn, fileSystem] of FILE_SYSTEMS.entries())
  for (const [group, every] of Object.entries(GROUPS))
    void t.test(`${group}, on ${fileSystem}`, async (t) => {
      const scenarios = every.filter((_, at) => ALL || at % FILE_SYSTEMS.length === turn);
      const cwd = await workspace(vm, fileSystem);
      const syncer = await vm.spawn(['dirsync', '--metadata', 'kernel', 'source', 'destination'], { cwd });
      await syncer.output(/^Watching directory: /m);
      for (const [at, scenario] of scenarios.entries()) await play(t, syncer, cwd, String(at), scenario);
      await syncer.kill('SIGINT');
      t.match(await syncer.exited, { code: 0, signal: null }, 'Ctrl+C is a clean end');
      t.equal(syncer.stderr, '', 'and nothing went wrong');
      const left = await must(vm, "find destination -name '*dirsync*'", cwd);
      t.equal(left, '', 'no temporary file is left');
    });

/** One point a scenario: whatever goes wrong is said in it. */
async function play(
  t: Test,
  syncer: GuestProcess,
  cwd: string,
  at: string,
  { name, prepare = '', act, keeps = [], check = '' }: Scenario,
): Promise<void> {
  const script = async (text: string, side = 'source'): Promise<string> => {
    await must(vm, `mkdir -p ${cwd}/outside/${at} ${cwd}/source/${at}`);
    return must(vm, `export OUTSIDE=${cwd}/outside/${at}; cd ${side}/${at}; ${text}`, cwd);
  };
  const inodes = (names: readonly string[]): Promise<string> =>
    script(names.map((file) => `stat -c %i '${file}'`).join('; '), 'destination');
  const different = async (): Promise<string> => {
    await must(vm, `for i in $(seq 200); do [ -d destination/${at} ] && break; sleep 0.1; done`, cwd);
    const found = await differences(vm, cwd, CONVERGE_MS, at);
    return found === '' ? '' : `${found}\n${syncer.stderr}`;
  };

  await script(prepare);
  const before = await different();
  // What was written while it was copied is equal at once, and may yet be copied once more.
  if (keeps.length > 0) await must(vm, 'sleep 0.2');
  const kept = await inodes(keeps.map(([first]) => first));
  const said = syncer.stdout.length;
  await script(act);
  const after = await different();
  const same = after === '' ? await inodes(keeps.map(([, second]) => second)) : kept;
  // A file that is copied again may be given the number of the one that is gone.
  const lines = syncer.stdout.slice(said).split('\n');
  const copied = keeps.map(([, second]) => ` -> destination/${at}/${second}`);
  const again = lines.filter(
    (line) => line.startsWith('Copied: ') && copied.some((end) => line.endsWith(end)),
  );
  if (after === '' && check !== '') await script(check, 'destination');
  await script(WRITE_EVERYWHERE);
  const { stdout } = syncer;
  t.strictSame(
    { before, after, kept: same, again, afterwards: await different() },
    { before: '', after: '', kept, again: [], afterwards: '' },
    name,
    { output: stdout.slice(said) },
  );
}
