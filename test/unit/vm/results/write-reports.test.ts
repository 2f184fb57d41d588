import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { list } from 'tar';
import t from 'tap';
import { archiveRun } from '../../../../vm/results/archive.ts';
import { writeReports } from '../../../../vm/results/write-reports.ts';
import { CONSOLES, EVENTS, eventsText } from './run.ts';

/** A run's folder, with the console of the guest that panicked. */
async function runFolder(dir: string, text = eventsText(EVENTS)): Promise<string> {
  await mkdir(join(dir, 'bad'), { recursive: true });
  await writeFile(
    join(dir, 'bad', 'console.log'),
    (CONSOLES.get('bad') ?? []).map((line) => `${line}\r\n`).join(''),
  );
  await writeFile(join(dir, 'events.jsonl'), text);
  return join(dir, 'events.jsonl');
}

void t.test('the same events give the same bytes, wherever they lie', async (t) => {
  const [first, second] = [await runFolder(t.testdir()), await runFolder(join(t.testdirName, 'copy'))];
  const [a, b] = [await writeReports(first), await writeReports(second)];
  for (const kind of ['html', 'junit'] as const) {
    t.ok((await readFile(a[kind])).equals(await readFile(b[kind])), kind);
    const before = await readFile(a[kind]);
    await writeReports(first);
    t.ok(before.equals(await readFile(a[kind])), `${kind}, rendered again`);
  }
});

void t.test('the page stands alone, and says what failed with the lines of the console', async (t) => {
  const { html } = await writeReports(await runFolder(t.testdir()));
  const page = await readFile(html, 'utf8');
  t.notMatch(
    page,
    /<script|<link|<img|<iframe|@import|url\(|src=|https?:\/\//,
    'nothing is loaded from elsewhere',
  );
  t.match(page, /<h1>.*PANIC/);
  t.match(
    page,
    /id="failures"[^]*write \/proc\/sysrq-trigger[^]*<span class="n">5<\/span>Kernel panic - not syncing: &lt;sysrq&gt;/,
  );
  t.match(
    page,
    /<mark><span class="n" id="console-bad-5">5<\/span>/,
    'the whole console has the report marked',
  );
  t.notMatch(page, /<b>printed/, 'what was printed is no markup');
  t.match(page, /median 0\.6 s, 0\.5 to 0\.7, 2 runs[^]*median 1\.4 s/);
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  t.equal(new Set(ids).size, ids.length, 'no id stands twice');
  for (const [, target = ''] of page.matchAll(/ href="#([^"]+)"/g))
    t.ok(ids.includes(target), `#${target} leads somewhere`);
});

void t.test('a log that a crash cut anywhere still renders, and says so', async (t) => {
  const text = eventsText(EVENTS);
  for (const cut of [text.indexOf('\n') + 20, Math.floor(text.length / 2), text.length - 5]) {
    const { run, html, junit } = await writeReports(await runFolder(t.testdir(), text.slice(0, cut)));
    t.equal(run.unreadable, 1);
    t.match(await readFile(html, 'utf8'), /NO END[^]*The run did not end/);
    t.match(await readFile(junit, 'utf8'), /<error type="NO END"/);
  }
});

void t.test('the archive holds the folder under its name, and not itself', async (t) => {
  const dir = join(t.testdir(), 'run1');
  await runFolder(dir);
  await archiveRun(dir);
  const path = await archiveRun(dir);
  const names: string[] = [];
  await list({ file: path, onReadEntry: (entry) => names.push(entry.path) });
  t.same(names.toSorted(), ['run1/bad/', 'run1/bad/console.log', 'run1/events.jsonl']);
});
