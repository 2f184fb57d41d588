/** The corpus of consoles, each provoked in a guest: no report is missed, and nothing else is taken for one. */
import { readdirSync } from 'node:fs';
import * as fc from 'fast-check';
import t from 'tap';
import type { Finding } from '../../../../vm/console/finding.ts';
import { LineSplitter } from '../../../../vm/console/lines.ts';
import { ConsoleLog } from '../../../../vm/console/log.ts';
import { consoleLog, CONSOLES, corpusEntries, findingsOf } from '../../../corpus/manifest.ts';

const LOGS = corpusEntries().map(({ name, finds }) => {
  const bytes = consoleLog(name);
  return { name, finds, bytes, findings: findingsOf(bytes) };
});

/** Of a report's lines, the one that opens it stands behind at most so many ("cut here", a message). */
const LEAD = 4;

/** The line of the console with which a report must be found: other processors' lines may stand between its own. */
function dueLine({ from, text }: Finding, lines: readonly string[]): number {
  const opening = text.split('\n').slice(0, LEAD + 1);
  return opening.reduce(
    (line, own) => lines.findIndex((at, i) => i >= line - 1 && at.includes(own)) + 1,
    from,
  );
}

const summary = (findings: readonly Finding[]): string[] =>
  findings.map(({ kind, title }) => `${kind} ${title}`);

function chunksOf(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

function lineEnds(bytes: Buffer): number[] {
  return [...bytes.keys()].filter((at) => bytes[at] === 10).map((at) => at + 1);
}

void t.test('each log has an entry, and each entry a log', async (t) => {
  const files = readdirSync(CONSOLES).filter((file) => file.endsWith('.log'));
  t.strictSame(files.toSorted(), LOGS.map(({ name }) => `${name}.log`).toSorted());
});

void t.test('whole, each log gives exactly what was provoked', async (t) => {
  for (const { name, finds, findings } of LOGS) {
    t.strictSame(
      summary(findings),
      finds.map(({ kind, title }) => `${kind} ${title}`),
      name,
    );
  }
  const reports = LOGS.reduce((sum, { finds }) => sum + finds.length, 0);
  const clean = LOGS.filter(({ finds }) => finds.length === 0).length;
  t.comment(`${LOGS.length} logs with ${reports} reports, ${clean} of them clean`);
});

void t.test('a report lies where it says, and says what lies there', async (t) => {
  for (const { name, bytes, findings } of LOGS) {
    const lines = bytes.toString('latin1').split('\n');
    for (const { from, to, text } of findings) {
      const printed = text.split('\n');
      t.ok(
        from <= to && to <= lines.length && printed.length <= to - from + 1,
        `${name}: lines ${from} to ${to}`,
      );
      t.ok(lines[from - 1]?.includes(printed[0] ?? ''), `${name}: line ${from} is its first`);
    }
  }
});

void t.test(
  'after each line: nothing before a report begins, and it when its opening line is there',
  async (t) => {
    for (const { name, bytes, findings } of LOGS) {
      const log = new ConsoleLog();
      const wrong: number[] = [];
      const lines = bytes.toString('latin1').split('\n');
      const dueLines = findings.map((finding) => dueLine(finding, lines));
      let start = 0;
      for (const end of lineEnds(bytes)) {
        log.feed(bytes.subarray(start, end));
        start = end;
        const begun = findings.filter(({ from }) => from <= log.lineCount).length;
        const due = dueLines.filter((line) => line <= log.lineCount).length;
        const seen = log.findings.length;
        if (seen > begun || seen < due) wrong.push(log.lineCount);
      }
      t.strictSame(wrong, [], name);
    }
  },
);

void t.test('cut anywhere, within a line too, there is no false alarm', async (t) => {
  for (const { name, bytes, findings } of LOGS) {
    fc.assert(
      fc.property(fc.nat(bytes.length), (length) => {
        const cut = bytes.subarray(0, length);
        const lines = cut.toString('latin1').split('\n').length;
        return findingsOf(cut).length <= findings.filter(({ from }) => from <= lines).length;
      }),
      { numRuns: 10 },
    );
    t.pass(name);
  }
});

void t.test('cut within the line of a panic, it is still the end of the report before', async (t) => {
  for (const { name, bytes, findings } of LOGS) {
    const text = bytes.toString('latin1');
    const at = text.indexOf('Kernel panic - not syncing');
    if (at === -1) continue;
    const counts = new Set<number>();
    for (let length = at; length < text.indexOf('\n', at); length += 1)
      counts.add(findingsOf(bytes.subarray(0, length)).length);
    const line = text.slice(0, at).split('\n').length;
    const most = findings.filter(({ from }) => from <= line).length;
    t.ok(Math.max(...counts) <= most, name, { counts: [...counts], most });
  }
});

void t.test('in chunks of every size the lines are the same', async (t) => {
  for (const { name, bytes } of LOGS) {
    const splitter = new LineSplitter();
    const lines = [...splitter.feed(bytes), ...splitter.end()].join('\n');
    for (let size = 1; size <= 64; size++) {
      const other = new LineSplitter();
      const pieces = chunksOf(bytes, size).flatMap((chunk) => other.feed(chunk));
      if ([...pieces, ...other.end()].join('\n') !== lines) t.fail(`${name} in chunks of ${size}`);
    }
    t.pass(name);
  }
});

void t.test('and so are the findings', async (t) => {
  for (const { name, bytes, findings } of LOGS) {
    for (const size of [1, 61, 4096]) {
      t.strictSame(findingsOf(...chunksOf(bytes, size)), findings, `${name} in chunks of ${size}`);
    }
  }
});

/** What a disturbed line or a program without a newline puts between the kernel's messages; never a stamp. */
const noise = fc
  .array(
    fc.constantFrom('\0', '\r', '\x1b[2J', '~', '[', ']', 'BUG: ', 'WARNING: ', 'x', '\xff', ' ', 'panic'),
  )
  .map((parts) => parts.join(''));

void t.test('noise between whole messages hides none of them, and is none', async (t) => {
  for (const { name, bytes, findings } of LOGS) {
    const lines = bytes.toString('latin1').split('\n');
    const places = fc.array(fc.tuple(fc.nat(lines.length - 1), noise, fc.boolean()), { maxLength: 20 });
    fc.assert(
      fc.property(places, (disturbed) => {
        const noisy = [...lines];
        for (const [at, text, ownLine] of disturbed) noisy[at] = `${text}${ownLine ? '\n' : ''}${noisy[at]}`;
        const found = findingsOf(Buffer.from(noisy.join('\n'), 'latin1'));
        return summary(found).join('\n') === summary(findings).join('\n');
      }),
      { numRuns: 5 },
    );
    t.pass(name);
  }
});
