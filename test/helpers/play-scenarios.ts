/** Plays scenarios on this host: one running syncer for all of them, each in a directory of its own. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import type { Test } from 'tap';
import { WRITE_EVERYWHERE, type Scenario } from '../scenarios/scenario.ts';
import { FILE_SYSTEMS, Lab, ROOT_ONLY, type LiveSyncer } from './syncer.ts';
import { identity } from './tree.ts';
import { steady, waitEqual } from './wait.ts';

/** Programs of the guest that scenarios need, too. */
const PROGRAMS = ['exchange', 'setmtime'];
const PROGRAM_SOURCES = resolve(import.meta.dirname, '../e2e/guest');

/** Whether the syncer reads events while a scenario goes on, or stands still and finds all of them afterwards. */
const PACES = ['as it happens', 'all at once'] as const;
type Pace = (typeof PACES)[number];

const CONVERGE_MS = 20_000;

/** On each file system and at each pace, one subtest a scenario. */
export async function playScenarios(t: Test, scenarios: readonly Scenario[]): Promise<void> {
  for (const [at, base] of FILE_SYSTEMS.entries())
    // What a batch of events means does not depend on the file system.
    for (const pace of at === 0 ? PACES : PACES.slice(0, 1))
      await t.test(`${pace}, on ${base}`, async (t) => {
        const stage = await Stage.make(t, base, pace);
        for (const scenario of scenarios) {
          const skip = scenario.root === true && ROOT_ONLY;
          await t.test(scenario.name, { skip }, (t) => stage.play(t, scenario));
        }
        t.match(await stage.live.stop(), { code: 0, stderr: '' }, 'nothing went wrong, and a clean end');
      });
}

class Stage {
  readonly live: LiveSyncer;
  readonly #lab: Lab;
  readonly #pace: Pace;
  #played = 0;

  private constructor(lab: Lab, live: LiveSyncer, pace: Pace) {
    this.#lab = lab;
    this.live = live;
    this.#pace = pace;
  }

  static async make(t: Test, base: string, pace: Pace): Promise<Stage> {
    const lab = new Lab(t, base);
    mkdirSync(join(lab.dir, 'bin'));
    for (const name of PROGRAMS)
      await execa('cc', ['-o', join(lab.dir, 'bin', name), join(PROGRAM_SOURCES, `${name}.c`)]);
    return new Stage(lab, await lab.watch(t), pace);
  }

  async play(t: Test, { prepare, act, keeps = [], check }: Scenario): Promise<void> {
    this.#played += 1;
    const [source, mirror, outside] = ['source', 'destination', 'outside'].map((side) =>
      join(this.#lab.dir, side, `${this.#played}`),
    ) as [string, string, string];
    mkdirSync(outside, { recursive: true });
    mkdirSync(source);
    const script = (text: string, cwd: string) =>
      execa('sh', ['-euc', text], {
        cwd,
        env: { OUTSIDE: outside, PATH: `${join(this.#lab.dir, 'bin')}:${process.env['PATH']}` },
      });
    const settled = (): Promise<string[]> => waitEqual(source, mirror, { deadlineMs: CONVERGE_MS });

    if (prepare !== undefined) await script(prepare, source);
    t.strictSame(await settled(), [], 'equal before');
    const kept = (at: 0 | 1): string[] => keeps.map((names) => identity(join(mirror, names[at])));
    // What was written while it was copied is equal at once, and may yet be copied once more.
    const files = keeps.length === 0 ? [] : await steady(() => kept(0));

    if (this.#pace === 'all at once') this.live.kill('SIGSTOP');
    await script(act, source);
    if (this.#pace === 'all at once') this.live.kill('SIGCONT');
    t.strictSame(await settled(), [], 'equal afterwards');
    if (keeps.length > 0) t.strictSame(kept(1), files, 'what was there is what it was, not copied again');
    if (check !== undefined) await script(check, mirror);

    await script(WRITE_EVERYWHERE, source);
    t.strictSame(await settled(), [], 'and every directory is still watched');
  }
}
