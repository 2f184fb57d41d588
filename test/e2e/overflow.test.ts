/** A queue that overflows is only a bigger hint: the syncer says so, looks again, and the trees become equal. */
import t from 'tap';
import { bootGuest, differences, FILE_SYSTEMS, must, workspace } from '../helpers/guest.ts';

const vm = await bootGuest(t);
/** The smallest queue that still carries the first events; see inotify(7), /proc/sys/fs/inotify. */
const TINY_QUEUE = 8;

for (const fileSystem of FILE_SYSTEMS) {
  void t.test(`a tiny max_queued_events on ${fileSystem}`, async (t) => {
    const cwd = await workspace(vm, fileSystem);
    await must(vm, `echo ${TINY_QUEUE} > /proc/sys/fs/inotify/max_queued_events; mkdir source/old`, cwd);
    const syncer = await vm.spawn(['dirsync', 'source', 'destination'], { cwd });
    await syncer.output(/^Watching directory: /m);
    // Stopped, it cannot read: what happens now must overflow the queue, directories and their renames included.
    await syncer.kill('SIGSTOP');
    await must(
      vm,
      `
      i=0; while [ $i -lt 200 ]; do echo $i > source/f$i; i=$((i+1)); done
      mv source/old source/new; mkdir -p source/deep/er; echo x > source/new/x; echo y > source/deep/er/y; rm source/f7
      `,
      cwd,
    );
    await syncer.kill('SIGCONT');
    t.equal(await differences(vm, cwd, 30_000), '', 'equal after the overflow', {
      output: syncer.stderr,
    });
    t.match(syncer.stdout + syncer.stderr, /overflow/i, 'it says that the queue overflowed');
    await must(vm, 'echo late > source/deep/er/late; echo late > source/new/late', cwd);
    t.equal(await differences(vm, cwd, 30_000), '', 'and it watches what came with it', {
      output: syncer.stderr,
    });
    await syncer.kill('SIGINT');
    t.match(await syncer.exited, { code: 0, signal: null });
  });
}
