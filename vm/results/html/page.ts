/**
 * A run as one HTML file: no script, nothing loaded from elsewhere, so that it can be mailed, archived and opened from
 * any artifact browser. What failed comes first; all the rest is folded up.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Markup, markup } from '../markup.ts';
import { ending, type Run } from '../model.ts';
import { benchSection } from './benches.ts';
import { guestSection } from './guests.ts';
import { failureSection, overview } from './overview.ts';
import { logSection, manifestSection } from './provenance.ts';
import { testSection } from './tests.ts';
import { timeSection } from './timing.ts';

/** Read once; the text of a style element ends at `</`, which CSS has no use for. */
const STYLE = new Markup(readFileSync(join(import.meta.dirname, 'report.css'), 'utf8'));

export type Consoles = ReadonlyMap<string, readonly string[]>;

interface Section {
  readonly id: string;
  readonly title: string;
  /** Undefined when there is nothing to show. */
  readonly body: Markup | undefined;
}

/** Renders `run`; `consoles` are the guests' consoles by name. The same run gives the same bytes. */
export function renderHtml(run: Run, consoles: Consoles): string {
  const sections: readonly Section[] = [
    { id: 'failures', title: 'What failed', body: failureSection(run, consoles) },
    { id: 'tests', title: 'Tests', body: testSection(run) },
    { id: 'guests', title: 'Guests', body: guestSection(run, consoles) },
    { id: 'time', title: 'Where the time went', body: timeSection(run) },
    { id: 'benches', title: 'Measurements', body: benchSection(run) },
    { id: 'manifest', title: 'What it was made of', body: manifestSection(run) },
    { id: 'log', title: 'Notes and messages', body: logSection(run) },
  ];
  const shown = sections.filter(({ body }) => body !== undefined);
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${ending(run)} – dirsync, ${startText(run)}</title>
<style>
${STYLE}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the results</a>
${overview(run)}
<nav aria-label="Sections"><ul>${shown.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
<main id="content">
${shown.map(
  ({
    id,
    title,
    body,
  }) => markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}</section>
`,
)}</main>
</body>
</html>
`;
  return page.text;
}

function startText(run: Run): string {
  return `${new Date(run.startedAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
