/** Renders the reports of a run from its events.jsonl: for the run that has just ended, and for any old one. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readConsoles } from './console-slice.ts';
import { renderHtml } from './html/page.ts';
import { renderJunit } from './junit.ts';
import { type Run, runOf } from './model.ts';
import { readEvents } from './read-events.ts';

export interface Reports {
  readonly run: Run;
  /** Absolute paths, if that of the events was. */
  readonly html: string;
  readonly junit: string;
}

/**
 * Writes report.html and junit.xml beside the events. The guests' consoles are read from the folders beside it, as far as
 * they are there.
 *
 * @throws UsageError when `events` cannot be read
 */
export async function writeReports(events: string): Promise<Reports> {
  const runDir = dirname(events);
  const run = runOf(await readEvents(events));
  const consoles = await readConsoles(runDir, run.guests);
  const html = join(runDir, 'report.html');
  const junit = join(runDir, 'junit.xml');
  await writeFile(html, renderHtml(run, consoles));
  await writeFile(junit, renderJunit(run, consoles));
  return { run, html, junit };
}
