/** The harness's command line, started as a user would and not as a part of the run that tests it. */
import { execa } from 'execa';
import { CHECKOUT } from '../../vm/paths.ts';
import { RUN_PLAN_VARIABLE } from '../../vm/run/plan.ts';
import { SEED_VARIABLE } from '../../vm/run/tap.ts';

/** What tap gives to the processes below it; set at each spawn, so that only env can take it away. */
const OF_TAP = ['NODE_OPTIONS', 'TAP', ...Object.keys(process.env).filter((name) => /^_?TAP_/.test(name))];

/** Starts `node vm/main.ts ARGS`; `env` are further settings, as env(1) takes them. */
export function start(args: readonly string[], env: readonly string[] = []) {
  const without = [...OF_TAP, RUN_PLAN_VARIABLE, SEED_VARIABLE].flatMap((name) => ['-u', name]);
  return execa('env', [...without, ...env, process.execPath, 'vm/main.ts', ...args], {
    cwd: CHECKOUT,
    preferLocal: true,
    stdin: 'ignore',
    reject: false,
    timeout: 120_000,
  });
}
