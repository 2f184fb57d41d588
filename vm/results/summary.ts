/** The last words of a run on the terminal: what failed, where to read, and what to type to repeat only that. */
import { relative } from 'node:path';
import { quoteWord } from '../qemu/machine/quote.ts';
import { badGuests, failures, fullName, type Run } from './model.ts';

/** So many names are listed; the report has all. */
const LISTED = 15;

/**
 * Lines without their ends; empty for a run that passed.
 *
 * @param runDir the run's folder, and `cwd` the one that paths are shown from
 */
export function summary(run: Run, runDir: string, cwd: string): string[] {
  if (run.end?.verdict === 'PASS') return [];
  const report = `${label('report')} ${relative(cwd, runDir)}/report.html`;
  if (run.end?.interrupted) return [report];
  const failed = failures(run);
  const several = run.suites.some(({ round }) => round > 1);
  const lines = [
    ...badGuests(run).map(
      (guest) =>
        `${label(guest.end?.verdict ?? 'LOST')} ${guest.name}: ${guest.end?.title ?? 'nobody saw its end'}`,
    ),
    ...failed.map(
      ({ file, round, point }) =>
        `${label('failed')} ${file}${several ? `, round ${round}` : ''}: ${fullName(point)}`,
    ),
  ];
  const more = lines.length - LISTED;
  return [
    ...lines.slice(0, LISTED),
    ...(more > 0 ? [`${label('')} and ${more} more`] : []),
    report,
    ...(failed.length === 0 ? [] : [`${label('again')} ${repeatFailures(run)}`]),
  ];
}

/** As wide as those of the lines before, see progress.ts. */
function label(name: string): string {
  return name.padEnd(9);
}

/** The command that runs the tests again which failed, with what else the run was given. */
function repeatFailures(run: Run): string {
  const failed = failures(run);
  const files = [...new Set(failed.map(({ file }) => file))];
  const outermost = failed.map(({ point }) => point.path[0]);
  // A point outside of any test (a file that crashed) cannot be named.
  const names = outermost.includes(undefined) ? [] : [...new Set(outermost as string[])];
  const filter = names.map((name) => `^${name.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&')}$`).join('|');
  const { kernel, seed, project } = run.manifest?.options ?? {};
  const options = [
    ...(project === undefined ? [] : ['--project', project]),
    ...(kernel === undefined || kernel === 'plain' ? [] : ['--kernel', kernel]),
    ...(seed === undefined ? [] : ['--seed', String(seed)]),
    ...(filter === '' ? [] : ['--filter', filter]),
  ];
  return ['npm run vm:test --', ...[...options, ...files].map(quoteWord)].join(' ');
}
