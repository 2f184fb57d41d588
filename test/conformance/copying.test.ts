/** Files that change, vanish or lie while they are copied, and copies that are cut off. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execaSync } from 'execa';
import t from 'tap';
import { copyBegun, leftovers, writeLarge } from '../helpers/large-file.ts';
import { injecting, STRACE_MISSING } from '../helpers/strace.ts';
import { FILE_SYSTEMS, Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';

void t.test('rewritten, grows, shrinks, vanishes while copied', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  const changes: Readonly<Record<string, (path: string) => void>> = {
    rewritten: (path) => writeFileSync(path, 'short'),
    grows: (path) => appendFileSync(path, 'more'),
    shrinks: (path) => truncateSync(path, 10),
    vanishes: (path) => rmSync(path),
  };
  for (const [name, change] of Object.entries(changes)) {
    const path = writeLarge(lab);
    await copyBegun(lab);
    change(path);
    t.strictSame(await live.settled({ deadlineMs: 60_000 }), [], name);
  }
  t.match(await live.stop(), { code: 0, stderr: '' });
});

for (const base of FILE_SYSTEMS)
  void t.test(`changed at any moment while copied, on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const live = await lab.watch(t);
    for (let round = 0; round < 120; round += 1) {
      const path = join(lab.source, `${round % 7}`);
      const fill = Buffer.alloc(1 + ((round * 37_813) % 300_000), round);
      if (round % 5 === 1) rmSync(path, { force: true });
      else if (round % 5 === 2) appendFileSync(path, fill);
      else if (round % 5 === 3 && existsSync(path)) truncateSync(path, fill.length / 2);
      else writeFileSync(path, fill);
      // Now in the middle of the copy, now before or behind it.
      if (round % 3 === 0) await delay(round % 11);
    }
    t.strictSame(await live.settled(), []);
    t.match(await live.stop(), { code: 0, stderr: '' });
  });

void t.test('kill -9 mid-copy and restart', async (t) => {
  const lab = new Lab(t);
  const path = writeLarge(lab);
  mkdirSync(lab.destination);
  writeFileSync(join(lab.destination, 'large'), 'the old content');
  const run = lab.start(t, ['--once']);
  await copyBegun(lab);
  run.kill('SIGKILL');
  await run.ended();
  t.equal(leftovers(lab).length, 1);
  const found = readFileSync(join(lab.destination, 'large'), 'utf8');
  t.equal(found, 'the old content', 'a reader finds the old file');
  truncateSync(path, 1 << 20);
  t.equal((await lab.once()).code, 0);
  t.strictSame(leftovers(lab), []);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
});

void t.test('copy_file_range returning 0', { skip: STRACE_MISSING }, async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), Buffer.alloc(300_000, 'x'));
  for (const injection of [
    'copy_file_range:retval=0',
    'copy_file_range:error=EXDEV',
    'copy_file_range:error=EINVAL',
  ]) {
    rmSync(lab.destination, { recursive: true, force: true });
    const ended = await lab.run(['--once', 'source', 'destination'], { within: injecting(injection) });
    t.match(ended, { code: 0, stderr: '' }, injection);
    t.strictSame(compareTrees(lab.source, lab.destination), [], injection);
  }
});

void t.test('a file that gives less than its size says, as in sysfs', { skip: ROOT_ONLY }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'pseudo'));
  writeFileSync(join(lab.source, 'file'), 'x');
  execaSync('mount', ['--bind', '/sys/kernel/mm', join(lab.source, 'pseudo')]);
  t.teardown(() => execaSync('umount', ['-l', join(lab.source, 'pseudo')], { reject: false }));
  const { code, stderr } = await lab.once();
  t.equal(code, 23, 'it cannot be mirrored');
  t.match(stderr, /source\/pseudo\/.*: .*ENODATA/, 'and that is said');
  t.ok(existsSync(join(lab.destination, 'file')), 'the rest goes on');
  const filled = execaSync('find', [join(lab.destination, 'pseudo'), '-type', 'f', '-size', '+0'], {
    reject: false,
  });
  t.equal(filled.stdout, '', 'nothing is made up');
});
