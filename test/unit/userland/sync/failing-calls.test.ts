/**
 * Each call of the engine fails once, in this process: it is tried again, and no descriptor is lost. Of the packaged program, and
 * with every kind of error, that is tested by test/conformance/crash-failures.test.ts, much more slowly.
 */
import { execaSync } from 'execa';
import { readdirSync } from 'node:fs';
import t from 'tap';
import type { Addon } from '../../../../userland/src/native/addon.ts';
import { loadAddon } from '../../../../userland/src/native/load.ts';
import { Engine } from '../../../../userland/src/sync/engine.ts';
import { interpose } from '../../../helpers/interpose.ts';
import { Lab } from '../../../helpers/syncer.ts';
import { syncContext } from '../../../helpers/sync-context.ts';
import { waitEqual, waitFor } from '../../../helpers/wait.ts';

/** Those that answer at once, and whose failure leaves everything as it was. */
const FAILING = new Set<keyof Addon>([
  'openDir',
  'openRoot',
  'statAt',
  'statFd',
  'listDir',
  'compareDirs',
  'rewindDir',
  'inotifyAddWatch',
  'mkdirAt',
  'rmdirAt',
  'unlinkAt',
  'renameAt',
  'linkAt',
  'symlinkAt',
  'chmodFd',
  'utimesFd',
]);

/** Of what follows a change there are some two hundred. */
const CALLS = 220;
const STEP = 3;

const CHANGES = `
  rm -rf source/* && mkdir -p source/{a/b/c,d} && echo x > source/a/b/c/file && ln source/a/b/c/file source/d/linked
  ln -s nowhere source/d/symlink && mv source/a source/d/moved && echo more >> source/d/moved/b/c/file
`;

function failure(call: keyof Addon): Error {
  return Object.assign(new Error(`EIO: ${call}`), { code: 'EIO', errno: -5, syscall: call });
}

function descriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

void t.test('whichever call fails, all is equal in the end, and no descriptor is left open', async (t) => {
  const lab = new Lab(t);
  const stop = new AbortController();
  let calls = 0;
  let failing = Infinity;
  let failed = '';
  const addon = interpose(loadAddon(), (call) => {
    if (!FAILING.has(call)) return;
    calls += 1;
    if (calls !== failing) return;
    failed = call;
    throw failure(call);
  });
  const context = { ...syncContext(t, lab, addon), signal: stop.signal };
  const running = new Engine(context).run();
  const rest = () => waitFor(() => (context.dirty.size === 0 ? null : `${context.dirty.size} are dirty`));
  const change = async (): Promise<string[]> => {
    execaSync('bash', ['-euc', CHANGES], { cwd: lab.dir });
    const different = await waitEqual(lab.source, lab.destination);
    const left = await rest();
    return left === null ? different : [...different, left];
  };
  t.strictSame(await change(), []);
  const before = descriptors();
  const hit = new Set<string>();
  for (let n = 1; n <= CALLS; n += STEP) {
    calls = 0;
    failing = n;
    failed = '';
    const different = await change();
    failing = Infinity;
    const left = await waitFor(() => (descriptors() <= before ? null : descriptors() - before));
    t.strictSame({ different, left }, { different: [], left: null }, `call ${n} fails: ${failed}`);
    hit.add(failed);
  }
  for (const call of ['openDir', 'statAt', 'statFd', 'inotifyAddWatch'])
    t.ok(hit.has(call), `${call} was hit`);
  stop.abort();
  await running;
});
