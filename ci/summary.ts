/** What a CI system shows of a run before anybody opens an artifact: a few lines of Markdown. */
import { badGuests, ending, failures, fullName, type Run } from '../vm/results/model.ts';

/** So many failures are listed; the report has all. */
const LISTED = 20;

/** `title` names the job, e.g. its kernel and source. */
export function summaryOf(run: Run, title: string): string {
  const points = run.suites.flatMap((suite) => suite.points);
  const skipped = points.filter(({ skip }) => skip !== undefined).length;
  const failed = failures(run);
  const passed = points.length - skipped - failed.length;
  const seconds = ((run.end?.ms ?? run.spanMs) / 1000).toFixed(0);
  return [
    `### ${title}: ${ending(run)}`,
    '',
    `${passed} passed, ${failed.length} failed, ${skipped} skipped, ${run.guests.length} guests, ${seconds} s`,
    '',
    ...badGuests(run).map(
      ({ name, end }) => `- guest ${name}: **${end?.verdict ?? 'no end'}** ${code(end?.title ?? '')}`,
    ),
    ...failed.slice(0, LISTED).map(({ file, point }) => `- ${code(file)}: ${code(fullName(point))}`),
    ...(failed.length > LISTED ? [`- and ${failed.length - LISTED} more, see report.html`] : []),
    '',
  ].join('\n');
}

/** As it is, in Markdown: a message of the kernel may hold anything but a new line. */
function code(text: string): string {
  return text === '' ? '' : `\`${text.replaceAll('`', "'")}\``;
}
