/** Continuous mode and time: coarse timestamps, latency, and a time of day that is set back. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { Lab } from '../helpers/syncer.ts';
import { waitEqual, waitFor } from '../helpers/wait.ts';

/** ramfs has timestamps of a whole tick on every kernel; other file systems have had finer ones since Linux 6.13. */
const MOUNT = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'];
const RAMFS = [...MOUNT, 'mount -t ramfs ramfs "$PWD" && cd "$PWD" && mkdir source && exec "$@"', 'sh'];
const possible = execaSync('env', [...MOUNT, 'mount -t ramfs ramfs /mnt'], { reject: false }).exitCode === 0;

const ROUNDS = 150;

function content(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

void t.test(
  'a write within the tick of the copied one',
  { skip: !possible && 'no ramfs in a user namespace here' },
  async (t) => {
    const lab = new Lab(t);
    const live = await lab.watch(t, [], { within: RAMFS });
    // The mount is another process's: its root directory leads there.
    const root = `/proc/${live.pid}/root${lab.dir}`;
    const [source, destination] = [join(root, 'source'), join(root, 'destination')];
    const latencies: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const path = join(source, `${round}`);
      writeFileSync(path, 'first');
      const begin = performance.now();
      const end = begin + 1000;
      // No timer is fine enough: the second write has to come right behind the copy.
      while (content(join(destination, `${round}`)) !== 'first' && performance.now() < end);
      latencies.push(performance.now() - begin);
      writeFileSync(path, 'other');
    }
    t.strictSame(await waitEqual(source, destination), []);
    const median = latencies.toSorted((a, b) => a - b)[ROUNDS / 2] ?? Infinity;
    t.comment(`median from write to copy: ${median.toFixed(2)} ms`);
    t.ok(median < 15, `${median} ms: a small file does not wait for a tick to pass`);
    t.match(await live.stop(), { code: 0, stderr: '' });
  },
);

/** The time of day goes back by a second with each look at it. */
const BACKWARDS = 'let back = 0; const real = Date.now; Date.now = () => real() - 1000 * back++;';
const AGAINST_TIME = ['env', `NODE_OPTIONS=--import=data:text/javascript,${encodeURIComponent(BACKWARDS)}`];

void t.test(
  'a time of day that is set back holds nothing up',
  { skip: process.env['DIRSYNC_UNDER_TEST'] !== undefined && 'only node takes NODE_OPTIONS' },
  async (t) => {
    const lab = new Lab(t);
    mkdirSync(join(lab.source, 'directory'));
    writeFileSync(join(lab.source, 'file'), 'x');
    const live = await lab.watch(t, [], { within: AGAINST_TIME });
    rmSync(join(lab.source, 'directory'), { recursive: true });
    writeFileSync(join(lab.source, 'file'), 'changed');
    t.strictSame(await live.settled(), []);
    const copied = (): string | null => (/Copied: source\/file/.test(live.stdout) ? null : live.stdout);
    t.equal(await waitFor(copied), null);
    t.match(await live.stop(), { code: 0, stderr: '' });
  },
);
