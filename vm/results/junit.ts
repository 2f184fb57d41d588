/**
 * A run as JUnit XML, the subset that Jenkins and GitLab read: a suite for each test file, a case for each test point. A
 * guest that ended badly is a case, too, with the part of its console that says why, whatever its tests said.
 */
import { failingSlices, numberedLines } from './console-slice.ts';
import { diagnosticText } from './diagnostics.ts';
import { markup, type Markup } from './markup.ts';
import { badGuests, ending, fullName, type Guest, type Point, type Run, type Suite } from './model.ts';

interface Case {
  readonly xml: Markup;
  readonly state: 'passed' | 'failure' | 'error' | 'skipped';
}

/** Renders `run`; `consoles` are the guests' consoles by name. */
export function renderJunit(run: Run, consoles: ReadonlyMap<string, readonly string[]>): string {
  const homeless = badGuests(run).filter(({ file }) => !run.suites.some((suite) => suite.file === file));
  const lastRounds = new Map(run.suites.map((suite) => [suite.file, suite.round]));
  const suites = [
    ...run.suites.map((suite) => {
      const guests = lastRounds.get(suite.file) === suite.round ? badGuests(run) : [];
      const own = guests.filter(({ file }) => file === suite.file);
      return suiteXml(run, suiteName(suite), suite.ms, [
        ...suite.points.map((point) => pointCase(suite.file, point)),
        ...own.map((guest) => guestCase(guest, consoles)),
      ]);
    }),
    ...(homeless.length === 0
      ? []
      : [
          suiteXml(
            run,
            'guests',
            undefined,
            homeless.map((guest) => guestCase(guest, consoles)),
          ),
        ]),
    ...runCases(run).map((testCase) => suiteXml(run, 'run', run.end?.ms, [testCase])),
  ];
  return `<?xml version="1.0" encoding="UTF-8"?>\n${
    markup`<testsuites name="dirsync" time="${seconds(run.end?.ms ?? run.spanMs)}">
${suites}</testsuites>
`.text
  }`;
}

function suiteName({ file, round }: Suite): string {
  return round === 1 ? file : `${file} (round ${round})`;
}

function suiteXml(run: Run, name: string, ms: number | undefined, cases: readonly Case[]): Markup {
  const count = (state: Case['state']): number => cases.filter((testCase) => testCase.state === state).length;
  const timestamp = new Date(run.startedAt).toISOString().slice(0, 19);
  return markup`  <testsuite name="${name}" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${seconds(ms ?? 0)}" timestamp="${timestamp}">
${cases.map(({ xml }) => xml)}  </testsuite>
`;
}

function pointCase(file: string, point: Point): Case {
  const open = markup`    <testcase classname="${file}" name="${fullName(point)}"${point.ms === undefined ? '' : markup` time="${seconds(point.ms)}"`}`;
  if (point.skip !== undefined)
    return { state: 'skipped', xml: markup`${open}><skipped>${point.skip}</skipped></testcase>\n` };
  if (point.ok) return { state: 'passed', xml: markup`${open}/>\n` };
  return {
    state: 'failure',
    xml: markup`${open}>
      <failure message="${point.name}">${diagnosticText(point.diag)}</failure>
    </testcase>
`,
  };
}

function guestCase(guest: Guest, consoles: ReadonlyMap<string, readonly string[]>): Case {
  const verdict = guest.end?.verdict ?? 'LOST';
  const console = consoles.get(guest.name) ?? [];
  const slices = failingSlices(guest, console).map((slice) => numberedLines(console, slice));
  const asked = [...guest.pending.values()].map((what) => `not answered: ${what}\n`).join('');
  return {
    state: 'error',
    xml: markup`    <testcase classname="${guest.file ?? 'guests'}" name="the guest ${guest.name}">
      <error type="${verdict}" message="${guest.end?.title ?? 'nobody saw its end'}">${asked}QEMU was: ${guest.commandLine}</error>
      <system-out>${guest.name}/console.log
${slices.join('\n...\n')}</system-out>
    </testcase>
`,
  };
}

/** A run that ended in no verdict on its tests must not look like one that passed. */
function runCases(run: Run): Case[] {
  const how = ending(run);
  const ended = how !== 'INTERRUPTED' && how !== 'NO END';
  if (ended && run.error === undefined) return [];
  const message = run.error?.code ?? (how === 'NO END' ? 'the run did not end' : 'the run was interrupted');
  const text = run.error === undefined ? '' : `tried: ${run.error.tried}\nfound: ${run.error.found}`;
  const type = run.error?.verdict ?? how;
  const xml = markup`    <testcase classname="run" name="the run comes to its end">
      <error type="${type}" message="${message}">${text}</error>
    </testcase>
`;
  return [{ state: 'error', xml }];
}

/** Seconds with three digits, as JUnit has times. */
function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
