/** Where the time went: stages and guests on one time line, and the longest tests. */
import { markup, type Markup } from '../markup.ts';
import type { Guest, Run } from '../model.ts';
import { percent } from './tests.ts';
import { duration, toneOf } from './words.ts';

/** So many of the longest tests are listed. */
const LISTED = 12;

const LEGEND = [
  ['stage', 'stage'],
  ['boot', 'boot'],
  ['good', 'guest that passed'],
  ['bad', 'guest that did not'],
] as const;

interface Row {
  readonly label: string;
  readonly detail: string;
  readonly bars: readonly { readonly at: number; readonly ms: number; readonly kind: string }[];
}

/** Undefined when nothing took time. */
export function timeSection(run: Run): Markup | undefined {
  const total = Math.max(run.end?.ms ?? 0, run.spanMs, 1);
  const rows = [...stageRows(run), ...run.guests.map((guest) => guestRow(guest, total))];
  const tests = run.suites
    .flatMap(({ file, tests: ended }) => ended.map((test) => ({ ...test, file })))
    .filter(({ path }) => path.length === 1)
    .toSorted((a, b) => b.ms - a.ms)
    .slice(0, LISTED);
  if (rows.length + tests.length === 0) return undefined;
  return markup`<div class="timeline">
<div class="row scale" aria-hidden="true"><span class="label"></span><span class="track">${[0, 0.25, 0.5, 0.75, 1].map((part) => markup`<span style="left:${percent(part)}">${duration(total * part)}</span>`)}</span></div>
${rows.map((row) => timeRow(row, total))}</div>
<p class="legend">${LEGEND.map(([kind, text]) => markup`<span><span class="key ${kind}"></span>${text}</span> `)}</p>
${tests.length === 0 ? '' : longestTests(tests)}`;
}

function stageRows({ stages, spanMs }: Run): Row[] {
  // What came out of the cache took no time that one could see.
  return stages
    .filter(({ outcome, ms }) => outcome !== 'cached' || (ms ?? 0) >= 100)
    .map(({ stage, detail, at, ms, outcome }) => ({
      label: stage,
      detail: `${detail}: ${ms === undefined ? 'did not end' : duration(ms)}`,
      bars: [{ at, ms: ms ?? spanMs - at, kind: outcome === 'failed' ? 'bad' : 'stage' }],
    }));
}

function guestRow({ name, at, readyMs, end }: Guest, total: number): Row {
  const ms = end?.ms ?? total - at;
  const kind = end === undefined ? 'odd' : toneOf(end.verdict);
  const boot = readyMs ?? ms;
  const after = readyMs === undefined ? [] : [{ at: at + readyMs, ms: Math.max(0, ms - readyMs), kind }];
  return {
    label: name,
    detail: `${readyMs === undefined ? 'never answered' : `answered after ${duration(readyMs)}`}, ${duration(ms)} in all`,
    bars: [{ at, ms: boot, kind: readyMs === undefined ? kind : 'boot' }, ...after],
  };
}

function timeRow({ label, detail, bars }: Row, total: number): Markup {
  return markup`<div class="row"><span class="label">${label}</span><span class="track" aria-hidden="true">${bars.map(({ at, ms, kind }) => markup`<span class="bar ${kind}" style="left:${percent(at / total)};width:${percent(ms / total)}"></span>`)}</span><span class="detail">${detail}</span></div>
`;
}

function longestTests(
  tests: readonly { readonly file: string; readonly path: readonly string[]; readonly ms: number }[],
): Markup {
  const longest = tests[0]?.ms ?? 1;
  return markup`<h3>The longest tests</h3>
<div class="timeline names">
${tests.map(
  ({
    file,
    path,
    ms,
  }) => markup`<div class="row"><span class="label">${path.join(' › ')}<small>${file}</small></span><span class="track" aria-hidden="true"><span class="bar stage" style="left:0;width:${percent(ms / longest)}"></span></span><span class="detail">${duration(ms)}</span></div>
`,
)}</div>
`;
}
