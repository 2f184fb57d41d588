/** The console of a guest whose harness is too busy to read it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { boot, recordingContext } from './guest.ts';

void t.test('nothing of it is lost while the harness does other things', async (t) => {
  const ctx = await recordingContext(t);
  const vm = await boot(ctx);
  const said = vm.exec([
    'sh',
    '-c',
    'for i in $(seq 2000); do echo "<4>line $i of a busy host" > /dev/kmsg; done',
  ]);
  // Long enough for the kernel to be in the midst of it, and to give up waiting for its serial line.
  await vm.exec(['true']);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  await said;
  await vm.shutdown();
  const lines =
    (await readFile(join(vm.dir, 'console.log'), 'utf8')).match(/line \d+ of a busy host\r?$/gm) ?? [];
  t.equal(lines.length, 2000);
});
