import t from 'tap';
import { ERASE_LINE, type ProgressStream, progressSink } from '../../../../vm/terminal/progress.ts';

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
  sink.emit({ kind: 'tests.begin', round: 1, rounds: 1, files: ['a'] });
  sink.emit({ kind: 'stderr', text: 'a test says' });
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
      'a test says',
      'PANIC     vm1: sysrq',
      'PANIC after 61 s',
      '',
    ].join('\n'),
  );
  t.end();
});

void t.test('on a terminal: one live line, never wider than the window, erased before what stays', (t) => {
  const stream = recorder(true);
  const sink = progressSink(stream);
  sink.emit({ kind: 'stage.begin', stage: 'fetch', detail: 'x'.repeat(100) });
  t.equal(stream.text, `${ERASE_LINE}fetch ${'x'.repeat(32)}…`, 'a full line would wrap');
  stream.text = '';
  sink.emit({ kind: 'note', text: 'took Debian' });
  const below = `${ERASE_LINE}note      took Debian\n${ERASE_LINE}fetch ${'x'.repeat(32)}…`;
  t.equal(stream.text, below, 'and drawn again below it');
  stream.text = '';
  sink.emit({ kind: 'stage.end', stage: 'fetch', outcome: 'done', ms: 1000, detail: 'x' });
  t.equal(stream.text, `${ERASE_LINE}fetch     x (1.00 s)\n${ERASE_LINE}`, 'nothing is under way any more');
  stream.text = '';
  sink.emit({ kind: 'note', text: 'again' });
  t.equal(stream.text, 'note      again\n', 'nothing to erase');
  t.end();
});
