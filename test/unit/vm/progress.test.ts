import t from 'tap';
import { type ProgressStream, progressSink } from '../../../vm/progress.ts';

function recorder(isTTY: boolean): ProgressStream & { text: string } {
  return {
    isTTY,
    columns: 40,
    text: '',
    write(text: string) {
      this.text += text;
    },
  };
}

void t.test('piped: plain lines, no control characters, no beginnings', (t) => {
  const stream = recorder(false);
  const sink = progressSink(stream);
  sink.emit({ kind: 'stage.begin', stage: 'fetch', detail: 'linux-6.1.tar.xz' });
  sink.emit({ kind: 'stage.progress', stage: 'fetch', done: 1, total: 2, unit: 'bytes' });
  sink.emit({ kind: 'stage.end', stage: 'fetch', outcome: 'done', ms: 1234, detail: 'Linux 6.1' });
  sink.emit({ kind: 'stage.end', stage: 'build', outcome: 'cached', ms: 3, detail: 'bzImage' });
  sink.emit({ kind: 'stage.end', stage: 'pack', outcome: 'failed', ms: 3, detail: 'initramfs' });
  sink.emit({ kind: 'warning', text: 'no ccache' });
  sink.emit({ kind: 'vm.end', vm: 'vm1', verdict: 'PANIC', title: 'sysrq', ms: 1 });
  sink.emit({ kind: 'vm.end', vm: 'vm2', verdict: 'PASS', title: '', ms: 1 });
  sink.emit({ kind: 'run.end', verdict: 'PANIC', ms: 61_000 });
  t.equal(
    stream.text,
    [
      'fetch     Linux 6.1 (1.23 s)',
      'build     bzImage (cached)',
      'pack      initramfs (FAILED)',
      'warning   no ccache',
      'PANIC     vm1: sysrq',
      'PANIC after 61 s',
      '',
    ].join('\n'),
  );
  t.end();
});

void t.test('on a terminal: one live line, never wider than the window, cleared before what stays', (t) => {
  const stream = recorder(true);
  const sink = progressSink(stream);
  sink.emit({ kind: 'stage.begin', stage: 'fetch', detail: 'x'.repeat(100) });
  const live = stream.text.replace('\r\x1b[K', '');
  t.equal(live.length, 39, 'a full line would wrap');
  sink.emit({ kind: 'note', text: 'took Debian' });
  t.ok(stream.text.endsWith('\r\x1b[Knote      took Debian\n'), stream.text);
  sink.emit({ kind: 'note', text: 'again' });
  t.ok(stream.text.endsWith('took Debian\nnote      again\n'), 'nothing to clear any more');
  t.end();
});

void t.test('the amount of progress reads in its unit', async (t) => {
  const stream = recorder(true);
  stream.write('');
  const sink = progressSink(stream);
  const show = async (event: Parameters<typeof sink.emit>[0]): Promise<string> => {
    // Redraws are limited in time, not in number: the only way to see two is to let that time pass.
    await new Promise((resolve) => setTimeout(resolve, 110));
    stream.text = '';
    sink.emit(event);
    return stream.text.replace('\r\x1b[K', '');
  };
  const base = { kind: 'stage.progress', stage: 'build' } as const;
  t.equal(
    await show({ ...base, done: 1_500_000, total: 3_000_000, unit: 'bytes' }),
    'build     1.5/3.0 MB (50 %)',
  );
  t.equal(await show({ ...base, done: 7, unit: 'files' }), 'build     7 files');
  t.equal(
    await show({ ...base, done: 9, total: 8, unit: 'steps', detail: 'CC a.o' }),
    'build     9/8 (100 %) CC a.o',
  );
});
