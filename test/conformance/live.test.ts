/** Continuous mode: each kind of change arrives, and is told in the seeds' words. */
import {
  appendFileSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { FILE_SYSTEMS, Lab } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

void t.test('the transcript of the seeds', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  t.equal(
    live.stdout,
    'Watching: source (wd: 1)\nWatching directory: source. Press Ctrl+C to stop.\n',
    'nothing else is printed before the first event',
  );
  writeFileSync(join(lab.source, 'file1.txt'), 'Hello\n');
  await live.output(
    /^Event: file1\.txt in source\n(.*\n)*Copied: source\/file1\.txt -> destination\/file1\.txt\n/m,
  );
  t.strictSame(await live.settled(), []);
  t.match(await live.stop(), { code: 0, stderr: '' });
});

for (const base of FILE_SYSTEMS) {
  void t.test(`create, modify, rename, delete on ${base}`, async (t) => {
    const lab = new Lab(t, base);
    const { source, destination } = lab;
    const live = await lab.watch(t);
    writeFileSync(join(source, 'file'), 'one');
    mkdirSync(join(source, 'directory'));
    t.strictSame(await live.settled(), [], 'created');

    appendFileSync(join(source, 'file'), 'two');
    writeFileSync(join(source, 'directory/inside'), 'inside');
    t.strictSame(await live.settled(), [], 'modified');

    const before = lstatSync(join(destination, 'file')).ino;
    renameSync(join(source, 'file'), join(source, 'directory/renamed'));
    t.strictSame(await live.settled(), [], 'renamed');
    t.equal(lstatSync(join(destination, 'directory/renamed')).ino, before, 'and not copied again');

    renameSync(join(source, 'directory'), join(source, 'moved'));
    t.strictSame(await live.settled(), [], 'a directory renamed');
    t.equal(lstatSync(join(destination, 'moved/renamed')).ino, before, 'and not copied again');

    unlinkSync(join(source, 'moved/renamed'));
    t.strictSame(await live.settled(), [], 'deleted');
    rmSync(join(source, 'moved'), { recursive: true });
    t.strictSame(await live.settled(), [], 'a directory deleted');

    const { code, stdout, stderr } = await live.stop();
    t.equal(stderr, '');
    t.equal(code, 0);
    for (const line of [
      'Created directory: destination/directory',
      'Watching: source/directory (wd: 2)',
      'Renamed: destination/file -> destination/directory/renamed',
      'Renamed: destination/directory -> destination/moved',
      'Deleted: destination/moved/renamed',
      'Deleted: destination/moved',
    ])
      t.ok(stdout.split('\n').includes(line), line);
  });
}

void t.test('changes without close-write', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'truncated'), 'long content');
  writeFileSync(join(source, 'mode'), '');
  writeFileSync(join(source, 'link-me'), 'x');
  const live = await lab.watch(t);
  t.strictSame(await live.settled(), []);
  const before = lstatSync(join(destination, 'mode')).ino;
  truncateSync(join(source, 'truncated'), 4);
  chmodSync(join(source, 'mode'), 0o4711);
  symlinkSync('link-me', join(source, 'symlink'));
  execaSync('mkfifo', [join(source, 'fifo')]);
  execaSync('fallocate', ['-l', '4096', join(source, 'allocated')]);
  utimesSync(join(source, 'link-me'), 1_000_000_000, 1_000_000_000);
  t.strictSame(await live.settled(), []);
  t.equal(lstatSync(join(destination, 'mode')).ino, before, 'the data was not copied for a change of mode');
  chmodSync(source, 0o711);
  t.strictSame(await live.settled(), [], "the root's own mode");
  t.equal((await live.stop()).code, 0);
});

void t.test('equal size within the same tick, and with the mtime set back', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'set-back'), 'old');
  utimesSync(join(source, 'set-back'), 1000, 1000);
  const live = await lab.watch(t);
  for (let round = 0; round < 50; round += 1)
    for (const text of ['aaa', 'bbb', 'ccc']) writeFileSync(join(source, `${round % 5}`), text);
  writeFileSync(join(source, 'set-back'), 'new');
  utimesSync(join(source, 'set-back'), 1000, 1000);
  // Size and mtime were equal all the time, so only the content tells when it is over.
  t.equal(
    await waitFor(() => (readFileSync(join(destination, 'set-back'), 'utf8') === 'new' ? null : 'old')),
    null,
  );
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});

void t.test('save by temporary file and rename, again and again', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'document'), 'version 0');
  const live = await lab.watch(t);
  const seen = new Set<string>();
  for (let version = 1; version <= 40; version += 1) {
    writeFileSync(join(source, 'document.tmp'), `version ${version}`);
    renameSync(join(source, 'document.tmp'), join(source, 'document'));
    seen.add(readFileSync(join(destination, 'document'), 'utf8').replace(/\d+/, 'N'));
    if (version % 10 === 0) t.strictSame(await live.settled(), []);
  }
  t.strictSame([...seen], ['version N'], 'a reader always finds a whole version');
  t.equal((await live.stop()).code, 0);
});

void t.test(
  'file and directory change places, and a directory becomes a symlink to its sibling',
  async (t) => {
    const lab = new Lab(t);
    const { source } = lab;
    mkdirSync(join(source, 'sibling'));
    writeFileSync(join(source, 'sibling/kept'), 'kept');
    mkdirSync(join(source, 'directory'));
    writeFileSync(join(source, 'directory/inside'), '');
    writeFileSync(join(source, 'file'), '');
    const live = await lab.watch(t);
    rmSync(join(source, 'directory'), { recursive: true });
    symlinkSync('sibling', join(source, 'directory'));
    unlinkSync(join(source, 'file'));
    mkdirSync(join(source, 'file'));
    writeFileSync(join(source, 'file/inside'), 'now below');
    t.strictSame(await live.settled(), []);
    rmSync(join(source, 'file'), { recursive: true });
    writeFileSync(join(source, 'file'), 'a file again');
    t.strictSame(await live.settled(), []);
    t.equal((await live.stop()).code, 0);
  },
);

void t.test('a file that grows for ever does not starve the others', async (t) => {
  const lab = new Lab(t);
  const live = await lab.watch(t);
  const grow = setInterval(() => appendFileSync(join(lab.source, 'log'), 'line\n'.repeat(1000)), 2);
  t.teardown(() => clearInterval(grow));
  writeFileSync(join(lab.source, 'other'), 'arrives');
  const copied = (): string | null =>
    statSync(join(lab.destination, 'other'), { throwIfNoEntry: false })?.size === 7 ? null : 'missing';
  t.equal(await waitFor(copied), null);
  t.equal(
    await waitFor(() =>
      (statSync(join(lab.destination, 'log'), { throwIfNoEntry: false })?.size ?? 0) > 0 ? null : 'empty',
    ),
    null,
    'and arrives itself',
  );
  clearInterval(grow);
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});

void t.test('an idle run uses no processor time', async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 200; at += 1) mkdirSync(join(lab.source, `${at}`));
  const live = await lab.watch(t);
  t.strictSame(compareTrees(lab.source, lab.destination), []);
  const ticks = (): number =>
    readFileSync(`/proc/${live.pid}/stat`, 'utf8')
      .split(' ')
      .slice(13, 15)
      .reduce((sum, field) => sum + Number(field), 0);
  // Start-up work of the runtime (compilers, collector) has to end first.
  let last = -1;
  await waitFor(() => (ticks() === last ? null : (last = ticks())), 3000);
  const before = ticks();
  const end = performance.now() + 1000;
  await waitFor(() => (performance.now() > end ? null : 'measuring'));
  t.ok(ticks() - before <= 1, `${ticks() - before} ticks of 10 ms in a second`);
  t.equal((await live.stop()).code, 0);
});

void t.test('a file that grows from the beginning does not keep the run from being ready', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'log'), Buffer.alloc(4 << 20));
  const grow = setInterval(() => appendFileSync(join(lab.source, 'log'), 'line\n'), 1);
  t.teardown(() => clearInterval(grow));
  const live = lab.start(t);
  await live.output(/^Watching directory: /m, 5000);
  clearInterval(grow);
  t.strictSame(await live.settled(), []);
  t.equal((await live.stop()).code, 0);
});
