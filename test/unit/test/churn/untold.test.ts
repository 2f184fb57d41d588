import t from 'tap';
import type { Step } from '../../../churn/operations.ts';
import { Untold } from '../../../churn/untold.ts';

const FILE = { mode: 0o644, size: 1, fill: 1 } as const;

/** Under which names files are touched after the steps. */
function touched(...steps: Step[]): string[] {
  const completed = new Untold().complete(steps);
  t.strictSame(completed.slice(0, steps.length), steps, 'the steps themselves stay');
  return completed.slice(steps.length).map((step) => ('path' in step ? step.path : ''));
}

const TWO_NAMES: readonly Step[] = [
  { op: 'create', path: 'source/a', ...FILE },
  { op: 'mkdir', path: 'source/d', mode: 0o755 },
  { op: 'link', path: 'source/a', to: 'source/d/b' },
];
const CHANGE: Step = { op: 'chmod', path: 'source/d/b', mode: 0o600 };

void t.test('a file is touched when a name has gone through which it may have been changed', (t) => {
  t.strictSame(touched(...TWO_NAMES, CHANGE, { op: 'unlink', path: 'source/d/b' }), ['source/a']);
  t.strictSame(touched(...TWO_NAMES, CHANGE, { op: 'remove', path: 'source/d' }), ['source/a']);
  t.strictSame(touched(...TWO_NAMES, CHANGE, { op: 'rename', path: 'source/d', to: 'outside/d' }), [
    'source/a',
  ]);
  const replaced: Step[] = [
    { op: 'create', path: 'source/c', ...FILE },
    { op: 'rename', path: 'source/c', to: 'source/d/b' },
  ];
  t.strictSame(touched(...TWO_NAMES, CHANGE, ...replaced), ['source/a']);
  const outside: Step[] = [
    { op: 'link', path: 'source/a', to: 'outside/c' },
    { op: 'append', path: 'outside/c', size: 1, fill: 1 },
  ];
  t.match(touched(...TWO_NAMES, ...outside), [/^source\//], 'or lies outside');
  t.end();
});

void t.test('and when not, not', (t) => {
  t.strictSame(touched(...TWO_NAMES, CHANGE), [], 'both names are there');
  t.strictSame(touched(...TWO_NAMES, { op: 'unlink', path: 'source/d/b' }), [], 'nothing was changed');
  t.strictSame(
    touched(...TWO_NAMES, CHANGE, { op: 'rename', path: 'source/d/b', to: 'source/c' }),
    [],
    'it has moved',
  );
  const single: Step[] = [
    { op: 'create', path: 'source/c', ...FILE },
    { op: 'append', path: 'source/c', size: 1, fill: 1 },
    { op: 'unlink', path: 'source/c' },
  ];
  t.strictSame(touched(...single), [], 'nothing is left of it');
  const untold = new Untold();
  untold.complete([...TWO_NAMES, CHANGE]);
  t.strictSame(
    untold.complete([{ op: 'unlink', path: 'source/d/b' }]).length,
    1,
    'it was compared in between',
  );
  t.end();
});
