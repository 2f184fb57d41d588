/** Continuous mode in the seeds' words. What can happen to a source is in the files of the scenarios. */
import { appendFileSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { identity } from '../helpers/tree.ts';
import { FILE_SYSTEMS, Lab } from '../helpers/syncer.ts';

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

    const before = identity(join(destination, 'file'));
    renameSync(join(source, 'file'), join(source, 'directory/renamed'));
    t.strictSame(await live.settled(), [], 'renamed');
    t.equal(identity(join(destination, 'directory/renamed')), before, 'and not copied again');

    renameSync(join(source, 'directory'), join(source, 'moved'));
    t.strictSame(await live.settled(), [], 'a directory renamed');
    t.equal(identity(join(destination, 'moved/renamed')), before, 'and not copied again');

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
