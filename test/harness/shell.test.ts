/** The shell on the user's terminal. */
import { PassThrough } from 'node:stream';
import t from 'tap';
import { packInitramfs } from '../../vm/image/initramfs.ts';
import { openShell } from '../../vm/qemu/shell.ts';
import { currentRunPlan, plannedKernel } from '../helpers/run-plan.ts';
import { recordingContext, vmErrorOf } from './guest.ts';

const ctx = await recordingContext(t);
const { path: initrd } = await packInitramfs({ programs: [] }, ctx);
const { runDir } = await currentRunPlan();
const { bzImage, vmlinux } = await plannedKernel();
const guest = { kernel: bzImage, vmlinux, initrd, runDir };

/** A terminal of 33 lines and 99 columns, whose user types each answer as soon as the text before it is seen. */
function terminal(answers: { readonly after: RegExp; readonly type: string; readonly rows?: number }[]) {
  const raw: boolean[] = [];
  const setRawMode = (on: boolean): void => void raw.push(on);
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
  const output = Object.assign(new PassThrough(), { rows: 33, columns: 99 });
  const screen = { raw, seen: '', streams: { input, output } };
  output.on('data', (chunk: Buffer) => {
    screen.seen += chunk.toString();
    if (!answers[0]?.after.test(screen.seen)) return;
    const { type, rows } = answers.shift() ?? { type: '' };
    if (rows !== undefined) output.rows = rows;
    if (rows !== undefined) output.emit('resize');
    input.write(type);
  });
  return screen;
}

void t.test('a shell has a terminal of the right size, and its exit status comes back', async (t) => {
  const screen = terminal([
    // Ctrl+C must end the inner shell, whose group has the terminal when it speaks, and not the outer one.
    { after: /33 99/, type: '\x03' },
    { after: /\^C[^]*guest:/, type: 'stty size\r', rows: 50 },
    { after: /50 99[^]*guest:/, type: 'exit 7\r' },
  ]);
  // What is typed before the shell reads is not lost.
  screen.streams.input.write("tty; sh -c 'stty size; exec sleep 1000'\r");
  t.equal(await openShell(guest, ctx, { streams: screen.streams }), 7);
  t.match(screen.seen, /\/dev\/pts\/0[^]*33 99/);
  t.strictSame(screen.raw, [true, false]);
});

void t.test('one command, which can be left though it does not react', async (t) => {
  const screen = terminal([{ after: /deaf/, type: '\x1d\x1d\x1d' }]);
  const command = ['sh', '-c', 'stty raw; echo deaf; exec sleep 1000'];
  t.equal(await openShell(guest, ctx, { command, streams: screen.streams }), 130);
  t.strictSame(screen.raw, [true, false]);
});

void t.test('a guest that dies gives the terminal back before anything is said of it', async (t) => {
  const screen = terminal([]);
  let rawAtEnd: readonly boolean[] = [];
  const emit = ctx.events.emit.bind(ctx.events);
  const events = {
    emit: (event: Parameters<typeof emit>[0]): void => {
      if (event.kind === 'vm.end') rawAtEnd = [...screen.raw];
      emit(event);
    },
  };
  const command = ['sh', '-c', 'echo c >/proc/sysrq-trigger'];
  const shell = openShell(guest, { ...ctx, events }, { command, streams: screen.streams });
  t.match(await vmErrorOf(shell), { verdict: 'PANIC' });
  t.strictSame(rawAtEnd, [true, false]);
});
