/** The head of the report: the verdict in one look; and what failed, with all that is known of it. */
import { failingSlices } from '../console-slice.ts';
import { diagnosticText } from '../diagnostics.ts';
import { markup, type Markup } from '../markup.ts';
import { badGuests, ending, failures, fullName, type Guest, type Run } from '../model.ts';
import { consoleLines } from './console.ts';
import { badge, count, duration, toneOf } from './words.ts';

/** Verdict, one sentence, and the figures. */
export function overview(run: Run): Markup {
  const how = ending(run);
  const points = run.suites.flatMap((suite) => suite.points);
  const passed = points.filter(({ ok, skip }) => ok && skip === undefined).length;
  const skipped = points.filter(({ skip }) => skip !== undefined).length;
  const failed = failures(run).length;
  const tested: readonly (readonly [string, string])[] = [
    ['passed', String(passed)],
    ['failed', String(failed)],
    ['skipped', String(skipped)],
  ];
  const figures: readonly (readonly [string, string])[] = [
    ...(points.length > 0 ? tested : []),
    ...(run.benches.length > 0 ? [['measurements', String(run.benches.length)] as const] : []),
    ['guests', String(run.guests.length)],
    ['time', duration(run.end?.ms ?? run.spanMs)],
  ];
  return markup`<header class="${toneOf(how)}">
<div class="wide">
<p class="kind">dirsync run</p>
<h1>${badge(toneOf(how), how)}</h1>
<p class="lead">${sentence(run)}</p>
<dl class="figures">${figures.map(([name, value]) => markup`<div class="${name === 'failed' && failed > 0 ? 'alarm' : ''}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
<p class="facts">${facts(run).join(' · ')}</p>
</div>
</header>`;
}

/** What happened, in one sentence. */
function sentence(run: Run): string {
  const how = ending(run);
  if (how === 'NO END')
    return 'The run did not end: this is what it had written when it was cut off, or has written so far.';
  if (how === 'INTERRUPTED') return 'The run was interrupted: what it had not come to is not judged.';
  if (run.error !== undefined)
    return `The run could not go on: ${run.error.tried}: ${run.error.found.split('\n')[0]}`;
  const bad = badGuests(run);
  const worst = bad.find(({ end }) => end?.verdict === how) ?? bad[0];
  if (worst !== undefined)
    return `The guest ${worst.name} ended badly: ${worst.end?.title ?? 'nobody saw its end'}`;
  const failed = failures(run).length;
  const guests = run.guests.length;
  if (failed > 0)
    return `${count(failed, 'check')} failed${guests > 0 ? '; every guest said that it was done' : ''}.`;
  const what =
    run.suites.length > 0 ? 'Every test passed' : `${count(run.benches.length, 'measurement')} taken`;
  return `${what}${guests > 0 ? `, and ${guests === 1 ? 'the guest' : `all ${guests} guests`} said done` : ''}.`;
}

function facts(run: Run): string[] {
  const { manifest } = run;
  const kernel = manifest?.kernels[manifest.options.kernel];
  return [
    `${new Date(run.startedAt).toISOString().slice(0, 19).replace('T', ' ')} UTC`,
    ...(manifest === undefined || kernel === undefined
      ? []
      : [
          `${manifest.options.kernel} kernel ${kernel.release}`,
          manifest.host.accel.toUpperCase(),
          `seed ${manifest.options.seed}`,
        ]),
    ...(manifest?.checkout.commit
      ? [`commit ${manifest.checkout.commit.slice(0, 12)}${manifest.checkout.dirty ? ' and changes' : ''}`]
      : []),
  ];
}

/** Guests that ended badly, then tests that failed; undefined when there are none. */
export function failureSection(
  run: Run,
  consoles: ReadonlyMap<string, readonly string[]>,
): Markup | undefined {
  const guests = badGuests(run);
  const points = failures(run);
  if (guests.length + points.length === 0 && run.error === undefined) return undefined;
  return markup`${runError(run)}
${guests.map((guest) => badGuest(guest, consoles.get(guest.name)))}
${points.map(
  ({ file, round, point }) => markup`<article class="failure">
<h3>${badge('bad', 'test')} ${fullName(point)}</h3>
<p class="where">${file}${round > 1 ? `, round ${round}` : ''}</p>
${point.name === file ? markup`<p>The file itself failed; what it wrote to stderr is among the <a href="#log">messages</a>.</p>` : ''}
${block(diagnosticText(point.diag))}</article>
`,
)}`;
}

function runError({ error }: Run): Markup | undefined {
  if (error === undefined) return undefined;
  return markup`<article class="failure"><h3>${badge(toneOf(error.verdict), error.verdict)} ${error.code}</h3>
<dl class="table"><dt>tried</dt><dd>${error.tried}</dd><dt>found</dt><dd><pre>${error.found}</pre></dd>
${error.hint === undefined ? '' : markup`<dt>to do</dt><dd>${error.hint}</dd>`}</dl></article>
`;
}

function badGuest(guest: Guest, console: readonly string[] | undefined): Markup {
  const verdict = guest.end?.verdict ?? 'LOST';
  const pending = [...guest.pending.values()];
  return markup`<article class="failure">
<h3>${badge(toneOf(verdict), verdict)} ${guest.end?.title ?? 'nobody saw its end'}</h3>
<p class="where">guest <a href="#guest-${guest.name}">${guest.name}</a>${guest.file === undefined ? '' : ` of ${guest.file}`}${guest.end === undefined ? '' : `, after ${duration(guest.end.ms)}`}</p>
${pending.length === 0 ? '' : markup`<p>It had been asked, and did not answer:</p><ul>${pending.map((what) => markup`<li><code>${what}</code></li>`)}</ul>`}
${console === undefined ? block(guest.report ?? '') : failingSlices(guest, console).map((slice) => consoleLines(console, slice, []))}
</article>
`;
}

function block(text: string): Markup | undefined {
  return text === '' ? undefined : markup`<pre tabindex="0">${text}</pre>\n`;
}
