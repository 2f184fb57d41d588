/** Directories that come, go and change their names while they are being watched. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { WATCH_MASK } from '../../userland/src/detect/changes.ts';
import { AT_FDCWD, IN } from '../../userland/src/native/addon.ts';
import { loadAddon } from '../../userland/src/native/load.ts';
import { playScenarios } from '../helpers/play-scenarios.ts';
import { residentMib } from '../helpers/process.ts';
import { identity } from '../helpers/tree.ts';
import { Lab } from '../helpers/syncer.ts';
import { WATCH_RACES } from '../scenarios/watch-races.ts';

await playScenarios(t, WATCH_RACES);

void t.test('changes during the first sync', async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 100; at += 1) {
    mkdirSync(join(lab.source, `${at}/deep/er`), { recursive: true });
    writeFileSync(join(lab.source, `${at}/deep/er/file`), `${at}`);
  }
  const live = lab.start(t);
  await live.output(/^Watching: source\/\d/m);
  for (let at = 0; at < 100; at += 2)
    renameSync(join(lab.source, `${at}`), join(lab.source, `${at + 1}/moved`));
  for (let at = 1; at < 100; at += 4) rmSync(join(lab.source, `${at}/deep`), { recursive: true });
  await live.output(/^Watching directory: /m);
  t.strictSame(await live.settled(), []);
  const file = identity(join(lab.destination, '3/moved/deep/er/file'));
  renameSync(join(lab.source, '3/moved'), join(lab.source, 'out-again'));
  t.strictSame(await live.settled(), []);
  t.equal(identity(join(lab.destination, 'out-again/deep/er/file')), file, 'the tree is known well');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

/** An event with a name of up to 15 bytes is one of 2048 that a read returns at most. */
const EVENTS_A_READ = 2048;

/** So many events, none of which the kernel joins with the one before it; then a rename. */
function fillReadThenRename(source: string): void {
  for (let at = 1; at < EVENTS_A_READ; at += 1) chmodSync(join(source, at % 2 === 0 ? 'even' : 'odd'), 0o600);
  renameSync(join(source, 'before'), join(source, 'after'));
}

void t.test('MOVED_FROM as the last event of a read', async (t) => {
  const lab = new Lab(t);
  for (const name of ['even', 'odd', 'before']) writeFileSync(join(lab.source, name), name, { mode: 0o600 });
  const addon = loadAddon();
  const [inotify, directory] = [addon.inotifyInit(), addon.openDir(AT_FDCWD, lab.source)];
  addon.inotifyAddWatch(inotify, directory, WATCH_MASK);
  fillReadThenRename(lab.source);
  t.equal(addon.readEvents(inotify).at(-1)?.mask, IN.MOVED_FROM, 'so it is for any reader');
  t.equal(addon.readEvents(inotify)[0]?.mask, IN.MOVED_TO);
  for (const fd of [inotify, directory]) addon.close(fd);
  renameSync(join(lab.source, 'after'), join(lab.source, 'before'));

  const live = await lab.watch(t);
  const file = identity(join(lab.destination, 'before'));
  live.kill('SIGSTOP');
  fillReadThenRename(lab.source);
  live.kill('SIGCONT');
  t.strictSame(await live.settled(), []);
  t.equal(identity(join(lab.destination, 'after')), file, 'it was renamed, and not copied again');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

/** Renames of the test below; `DIRSYNC_RENAMES=1000000` for the whole of its name. */
const RENAMES = Number(process.env['DIRSYNC_RENAMES'] ?? 20_000);
/** What collectors and allocators take or leave; a million renames must not get to 50 bytes each. */
const FLAT_MIB = 48;

void t.test('a million renames with flat memory', { timeout: 3_600_000 }, async (t) => {
  const lab = new Lab(t);
  mkdirSync(join(lab.source, 'directory'));
  let [file, directory] = [join(lab.source, 'file'), join(lab.source, 'directory')];
  writeFileSync(file, 'x');
  const live = await lab.watch(t);
  const rename = async (count: number): Promise<void> => {
    for (let at = 0; at < count; at += 2) {
      renameSync(file, (file = join(lab.source, `file-${at}`)));
      renameSync(directory, (directory = join(lab.source, `directory-${at}`)));
      // Slow enough for the queue, which would overflow, and be another test.
      if (at % 1000 === 0) await delay(20);
    }
    t.strictSame(await live.settled({ deadlineMs: 60_000 }), []);
  };
  await rename(20_000);
  const before = residentMib(live.pid);
  await rename(RENAMES);
  const grown = residentMib(live.pid) - before;
  t.comment(
    `${RENAMES} renames: ${before.toFixed(0)} MiB resident before, ${grown.toFixed(1)} MiB more after`,
  );
  t.ok(grown < FLAT_MIB, `${grown} MiB more`);
  // On a slow machine the queue may have overflowed all the same.
  t.equal((await live.stop()).code, 0);
});

void t.test('a doubtful file renamed among thousands of changes', async (t) => {
  const lab = new Lab(t);
  const [crowd, other] = [join(lab.source, 'crowd'), join(lab.source, 'other')];
  for (const path of [crowd, other]) mkdirSync(path);
  // Above the number of names for which a directory is compared as a whole, and its single names are forgotten.
  const names = Array.from({ length: 5000 }, (_, at) => join(crowd, `${at}`));
  for (const name of names) writeFileSync(name, '', { mode: 0o600 });
  writeFileSync(join(crowd, 'file'), 'old');
  utimesSync(join(crowd, 'file'), 1000, 1000);
  const live = lab.start(t);
  await live.output(/^Watching directory: /m, 120_000);
  live.kill('SIGSTOP');
  writeFileSync(join(crowd, 'file'), 'new');
  utimesSync(join(crowd, 'file'), 1000, 1000);
  for (const name of names) chmodSync(name, 0o640);
  renameSync(join(crowd, 'file'), join(other, 'file'));
  appendFileSync(join(other, 'last'), 'x');
  live.kill('SIGCONT');
  t.strictSame(await live.settled({ deadlineMs: 60_000 }), []);
  t.equal(readFileSync(join(lab.destination, 'other/file'), 'utf8'), 'new');
  t.match(await live.stop(), { code: 0, stderr: '' });
});
