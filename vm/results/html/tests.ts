/** The table of tests: a row a file, within it its tests, within them their points; what failed is unfolded. */
import { diagnosticText } from '../diagnostics.ts';
import { markup, type Markup } from '../markup.ts';
import type { Point, Run, Suite } from '../model.ts';
import { count, duration, sign, type Tone } from './words.ts';

/** Undefined when no test was run. */
export function testSection({ suites }: Run): Markup | undefined {
  if (suites.length === 0) return undefined;
  const longest = Math.max(...suites.map(({ ms = 0 }) => ms), 1);
  return markup`<div class="tests">
${suites.map((suite) => suiteRow(suite, longest))}</div>
`;
}

function suiteRow(suite: Suite, longest: number): Markup {
  const { file, round, points, ms } = suite;
  const tone = toneOfPoints(points, suite.ok);
  const name = round === 1 ? file : `${file}, round ${round}`;
  return markup`<details class="file"${tone === 'bad' ? ' open' : ''}>
<summary>${sign(tone, outcome(tone))}<span class="name">${name}</span><span class="counts">${counts(points)}</span>${bar(ms, longest)}</summary>
<ul class="points">
${groups(suite).map(([title, group, testMs]) => (title === undefined ? group.map(pointRow) : testRow(title, group, testMs)))}</ul>
</details>
`;
}

/** A file's points by the outermost test that they are in, in their order. */
function groups({ points, tests }: Suite): (readonly [string | undefined, Point[], number | undefined])[] {
  const byTest = new Map<string | undefined, Point[]>();
  for (const point of points) {
    const test = point.path[0];
    byTest.set(test, [...(byTest.get(test) ?? []), point]);
  }
  return [...byTest].map(([title, group]) => {
    const ended = tests.find(({ path }) => path.length === 1 && path[0] === title);
    return [title, group, ended?.ms] as const;
  });
}

function testRow(title: string, points: readonly Point[], ms: number | undefined): Markup {
  const tone = toneOfPoints(points, true);
  return markup`<li><details${tone === 'bad' ? ' open' : ''}><summary>${sign(tone, outcome(tone))}<span class="name">${title}</span><span class="counts">${counts(points)}${ms === undefined ? '' : `, ${duration(ms)}`}</span></summary>
<ul>${points.map((point) => pointRow({ ...point, path: point.path.slice(1) }))}</ul></details></li>
`;
}

function pointRow(point: Point): Markup {
  const tone = toneOfPoints([point], true);
  const why = point.skip ?? point.todo;
  const inner = point.path.length === 0 ? '' : markup`<span class="path">${point.path.join(' › ')} › </span>`;
  const diagnostics = point.ok ? '' : diagnosticText(point.diag);
  return markup`<li>${sign(tone, outcome(tone))}<span class="name">${inner}${point.name}</span>${why === undefined ? '' : markup`<span class="why">${point.skip === undefined ? 'todo' : 'skipped'}: ${why}</span>`}${diagnostics === '' ? '' : markup`<pre tabindex="0">${diagnostics}</pre>`}</li>
`;
}

function toneOfPoints(points: readonly Point[], ok: boolean | undefined): Tone {
  if (points.some((point) => !point.ok) || ok === false) return 'bad';
  if (ok === undefined) return 'odd';
  return points.every(({ skip }) => skip !== undefined) ? 'dim' : 'good';
}

function outcome(tone: Tone): string {
  return { good: 'passed', bad: 'failed', odd: 'did not end', dim: 'not run' }[tone];
}

function counts(points: readonly Point[]): string {
  const failed = points.filter(({ ok }) => !ok).length;
  const skipped = points.filter(({ skip }) => skip !== undefined).length;
  return [
    ...(failed > 0
      ? [`${failed} of ${count(points.length, 'check')} failed`]
      : [count(points.length, 'check')]),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}

function bar(ms: number | undefined, longest: number): Markup {
  if (ms === undefined) return markup`<span class="time">did not end</span>`;
  return markup`<span class="meter" aria-hidden="true"><span style="width:${percent(ms / longest)}"></span></span><span class="time">${duration(ms)}</span>`;
}

/** A part of 1 as CSS has it. */
export function percent(part: number): string {
  return `${(Math.min(1, Math.max(0, part)) * 100).toFixed(2)}%`;
}
