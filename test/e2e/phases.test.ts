/** The three phases of the seeds, by the packaged program in the guest, with the lines that the seeds show. */
import t from 'tap';
import { bootGuest, differences, FILE_SYSTEMS, must, workspace } from '../helpers/guest.ts';

const vm = await bootGuest(t);

void t.test('without arguments it prints the usage line and exits with 1', async (t) => {
  const result = await vm.exec(['dirsync']);
  t.equal(result.stdout, 'Usage: dirsync <source_dir> <destination_dir>\n');
  t.equal(result.code, 1);
});

for (const fileSystem of FILE_SYSTEMS) {
  void t.test(`phase 1 on ${fileSystem}: flat, by size, nothing deleted`, async (t) => {
    const cwd = await workspace(vm, fileSystem);
    await must(
      vm,
      `
      echo new > source/new.txt; echo longer > source/grown.txt; echo abc > source/same-size.txt
      mkdir source/sub; echo x > source/sub/inner.txt
      echo old > destination/grown.txt; echo xyz > destination/same-size.txt; echo extra > destination/extra.txt
      touch -d @1000000000 destination/same-size.txt
      `,
      cwd,
    );
    const result = await vm.exec(['dirsync', '--phase', '1', '-v', 'source', 'destination'], { cwd });
    t.equal(result.code, 0, 'exit code', { output: result.stderr });
    t.match(result.stdout, /^Copied: source\/new.txt -> destination\/new.txt$/m);
    t.match(result.stdout, /Directory synchronization completed\.\n$/);
    const after = await must(vm, 'cd destination; ls; cat new.txt grown.txt same-size.txt', cwd);
    t.equal(after, 'extra.txt\ngrown.txt\nnew.txt\nsame-size.txt\nnew\nlonger\nxyz\n');
  });

  void t.test(`phase 2 on ${fileSystem}: recursive, by size and mtime, extras deleted`, async (t) => {
    const cwd = await workspace(vm, fileSystem);
    await must(
      vm,
      `
      mkdir -p source/a/b/c destination/stale/deep; echo 1 > source/a/b/c/file; echo 2 > source/top
      echo abc > source/same-size; echo xyz > destination/same-size; touch -d @1000000000 destination/same-size
      echo x > destination/stale/deep/file; ln -s a/b source/link; chmod 640 source/top
      mkdir source/was-file; echo f > destination/was-file; mkdir destination/was-dir; echo d > source/was-dir
      `,
      cwd,
    );
    const result = await vm.exec(['dirsync', '--once', 'source', 'destination'], { cwd });
    t.equal(result.code, 0, 'exit code', { output: result.stderr });
    t.match(result.stdout, /Directory synchronization completed\.\n$/);
    t.equal(await differences(vm, cwd), '', 'the destination is a replica');
    const again = await vm.exec(['dirsync', '--once', 'source', 'destination'], { cwd });
    t.equal(again.stdout, 'Directory synchronization completed.\n', 'a second run finds nothing to do');
  });

  void t.test(`phase 3 on ${fileSystem}: the transcript of the seeds`, async (t) => {
    const cwd = await workspace(vm, fileSystem);
    const syncer = await vm.spawn(['dirsync', 'source', 'destination'], { cwd });
    await syncer.output(/^Watching directory: source\. Press Ctrl\+C to stop\.$/m);
    t.equal(
      syncer.stdout,
      'Watching: source (wd: 1)\nWatching directory: source. Press Ctrl+C to stop.\n',
      'what it prints at the start',
    );
    await must(vm, 'echo "Hello" > source/file1.txt', cwd);
    await syncer.output(/^Event: file1\.txt in source$/m);
    await syncer.output(/^Copied: source\/file1\.txt -> destination\/file1\.txt$/m);
    t.equal(await differences(vm, cwd, 5000), '', 'the destination is a replica');
    await syncer.kill('SIGINT');
    t.match(await syncer.exited, { code: 0, signal: null }, 'Ctrl+C is a clean end');
    t.equal(await must(vm, 'cat destination/file1.txt', cwd), 'Hello\n');
  });
}
