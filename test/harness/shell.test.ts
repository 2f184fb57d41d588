/** The shell on the user's terminal. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { packInitramfs } from '../../vm/image/initramfs.ts';
import { openShell } from '../../vm/qemu/shell.ts';
import { currentRunPlan, plannedKernel } from '../helpers/run-plan.ts';
import { recordingContext } from './guest.ts';

void t.test('is a terminal of the right size, and its exit status comes back', async (t) => {
  const ctx = await recordingContext(t);
  const { path: initrd } = await packInitramfs({ programs: [] }, ctx);
  const input = new PassThrough();
  const output = Object.assign(new PassThrough(), { rows: 33, columns: 99 });
  let seen = '';
  output.on('data', (chunk: Buffer) => {
    seen += chunk.toString();
  });
  input.write("tty; sh -c 'stty size; exec sleep 1000'\r");
  // Ctrl-C must end the inner shell, whose group has the terminal when it speaks, and not the outer one.
  const answers = [
    { after: /33 99/, type: '\x03' },
    { after: /\^C[^]*guest:/, type: 'exit 7\r' },
  ];
  output.on('data', () => {
    if (answers[0]?.after.test(seen)) input.write(answers.shift()?.type);
  });
  const { runDir } = await currentRunPlan();
  const status = await openShell({ kernel: (await plannedKernel()).bzImage, initrd, runDir }, ctx, {
    input,
    output,
  });
  t.equal(status, 7);
  t.match(seen, /\/dev\/ttyS0[^]*33 99/);
});
