/** Each guest: how it ended, how it was started, its whole console with the parts marked that say why it ended badly. */
import { failingSlices } from '../console-slice.ts';
import { markup, type Markup } from '../markup.ts';
import type { Guest, Run } from '../model.ts';
import { consoleLines } from './console.ts';
import { badge, count, duration, toneOf } from './words.ts';

/** Undefined when no guest was started. */
export function guestSection(
  { guests }: Run,
  consoles: ReadonlyMap<string, readonly string[]>,
): Markup | undefined {
  if (guests.length === 0) return undefined;
  return markup`${guests.map((guest) => guestDetails(guest, consoles.get(guest.name)))}`;
}

function guestDetails(guest: Guest, console: readonly string[] | undefined): Markup {
  const { name, file, accel, kernel, commandLine, readyMs, end } = guest;
  const verdict = end?.verdict ?? 'LOST';
  const facts: readonly (readonly [string, string | Markup | undefined])[] = [
    ['ended', end === undefined ? 'nobody saw its end' : `${end.title}, after ${duration(end.ms)}`],
    ['booted by', file],
    ['kernel', kernel],
    ['accelerator', accel],
    ['answered after', readyMs === undefined ? undefined : duration(readyMs)],
    ['reports', reports(guest)],
    [
      'more of its end',
      end === undefined || end.diagnostics.length === 0 ? undefined : end.diagnostics.join(', '),
    ],
    ['QEMU', markup`<code>${commandLine}</code>`],
  ];
  return markup`<details class="guest" id="guest-${name}">
<summary>${badge(toneOf(verdict), verdict)} <span class="name">${name}</span><span class="counts">${readyMs === undefined ? 'never answered' : `answered after ${duration(readyMs)}`}</span></summary>
<dl class="table">${facts.filter(([, value]) => value !== undefined).map(([key, value]) => markup`<dt>${key}</dt><dd>${value}</dd>`)}</dl>
${console === undefined ? markup`<p class="where">Its console.log was not beside the events when this was rendered.</p>` : wholeConsole(guest, console)}
</details>
`;
}

/** What the kernel complained of, each with a link to its first line. */
function reports({ name, end }: Guest): Markup | undefined {
  if (end === undefined || end.findings.length === 0) return undefined;
  return markup`<ul>${end.findings.map(({ title, from, to, known }) => markup`<li>${title} (<a href="#console-${name}-${from}">lines ${from} to ${to}</a>${known === undefined ? '' : `; excused until ${known.expires}: ${known.reason}`})</li>`)}</ul>`;
}

function wholeConsole(guest: Guest, console: readonly string[]): Markup {
  const all = { from: 0, to: console.length };
  return markup`<h3>Console, ${count(console.length, 'line')}</h3>
${consoleLines(console, all, failingSlices(guest, console), `console-${guest.name}`)}`;
}
