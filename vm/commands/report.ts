/** `npm run vm:report`: renders the reports of an old run again, from its events alone. */
import { dirname, resolve } from 'node:path';
import type { Command } from '../cli/command.ts';
import { CHECKOUT } from '../paths.ts';
import { archiveRun } from '../results/archive.ts';
import { ending } from '../results/model.ts';
import { summary } from '../results/summary.ts';
import { writeReports } from '../results/write-reports.ts';

export const report: Command = {
  name: 'vm:report',
  summary: 'Renders report.html and junit.xml of a run again, beside its events.jsonl; the exit code is 0.',
  options: ['from', 'archive'],
  async run({ values }, { events }) {
    const path = resolve(CHECKOUT, values.from ?? '');
    const { run, html, junit } = await writeReports(path);
    const archive = values.archive ? [await archiveRun(dirname(path))] : [];
    if (run.unreadable > 0) {
      events.emit({
        kind: 'note',
        text: `${run.unreadable} lines of ${path} are no events of this version: left out`,
      });
    }
    process.stdout.write(
      [ending(run), ...summary(run, dirname(path), CHECKOUT), html, junit, ...archive]
        .map((line) => `${line}\n`)
        .join(''),
    );
    return 'PASS';
  },
};
