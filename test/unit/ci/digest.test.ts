import t from 'tap';
import { Digest } from '../../../ci/digest.ts';

function digest(text: string): string[] {
  const reader = new Digest();
  return text.split('\n').flatMap((line) => reader.line(line));
}

void t.test('a passing file is one line', (t) => {
  t.same(digest('TAP version 14\n# Subtest: a\n    ok 1 - x\n    1..1\nok 1 - a # time=5ms'), [
    'ok 1 - a # time=5ms',
  ]);
  t.end();
});

void t.test('a failing file is shown whole, with its diagnostics, and the next one is short again', (t) => {
  const failing = ['# Subtest: a', '    not ok 1 - x', '      ---', '      at: 3', '      ...', '    1..1'];
  const end = ['not ok 1 - a', '  ---', '  failed: 1', '  ...'];
  const shown = digest([...failing, ...end, '# Subtest: b', '    ok 1 - y', 'ok 2 - b'].join('\n'));
  t.same(shown, [...failing, ...end, 'ok 2 - b']);
  t.end();
});

void t.test('a bail-out brings what came before it', (t) => {
  t.same(digest('# Subtest: a\n    ok 1 - x\nBail out! no kernel'), [
    '# Subtest: a',
    '    ok 1 - x',
    'Bail out! no kernel',
  ]);
  t.end();
});
