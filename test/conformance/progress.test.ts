/** `--progress`, the status line, and what is printed where there is no terminal: by the real program, on a real one. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { jsonEvent } from '../../userland/src/cli/json/schema.ts';
import { Lab, ROOT_ONLY } from '../helpers/syncer.ts';
import { NO_TERMINAL, Terminal } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

const skip = NO_TERMINAL;

/** Wide characters, an escape sequence, a newline: what a terminal must not get as it is. */
const ODD = '日本\u001b[31m\n.iso';

/** A source with a file that takes long enough to be looked at, at a rate of `--bwlimit 2M`. */
function slowLab(t: Test, bytes = 60 << 20): Lab {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, ODD), Buffer.alloc(bytes, 'x'));
  return lab;
}

/** The last line of the screen. */
function last(screen: readonly string[]): string {
  return screen.at(-1) ?? '';
}

void t.test(
  'one line, drawn again in its place, however wide the window is and becomes',
  { skip },
  async (t) => {
    // On the last row, as it is after a while: what a terminal scrolls away when it is made narrower is not the line then.
    const numbers = Array.from({ length: 40 }, (_, at) => String(at + 1));
    const before = [...numbers, 'Watching: source (wd: 1)'];
    const terminal = new Terminal(t, slowLab(t), ['--bwlimit', '2M'], 80, [
      'sh',
      '-c',
      'seq 1 40; exec "$@"',
      'sh',
    ]);
    const first = await terminal.shows(/^ 0 files, \d[^,]+B, \d[^,]+B\/s, .*n\.iso, \d+ %$/m);
    t.strictSame(first.slice(0, -1), before, 'one line');
    for (const [columns, pattern] of [
      [40, /^ 0 files, \d\S* MB(?:, \d\S* MB\/s)?$/m],
      [12, /^ \.{3}\S* \S+$/m],
      [200, /^ 0 files, .*, left: 1 file \(\S+ MB\) 0:\d\d, 日本\\x1b\[31m\\n\.iso, \d+ %$/m],
    ] as const) {
      terminal.resize(columns);
      const screen = await terminal.shows(pattern);
      // A terminal that is made narrower wraps the lines above, too.
      t.equal(screen.slice(0, -1).join(''), before.join(''), `one line of ${columns} columns`);
    }
    const shown = last(terminal.screen());
    t.equal(await waitFor(() => (last(terminal.screen()) === shown ? shown : null)), null, 'it goes on');
    terminal.press('C-c');
    t.strictSame(await terminal.shows(/^ended/m), [...before, 'ended 0'], 'nothing is left of it');
  },
);

void t.test('thousands of files', { skip }, async (t) => {
  const many = new Lab(t);
  for (let at = 0; at < 800; at += 1) {
    const directory = join(many.source, `${at % 20}`);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `file ${at}`), 'x'.repeat(500));
  }
  const terminal = new Terminal(t, many, ['--once', '--bwlimit', '500K'], 80);
  const screen = await terminal.shows(/^ [1-9][\d,]* files, .*left: \d+ director/m);
  t.equal(screen.length, 1);
  t.strictSame(await terminal.shows(/^ended/m), ['Directory synchronization completed.', 'ended 0']);
});

void t.test('a status line below what is printed, which costs nothing', { skip }, async (t) => {
  const lab = new Lab(t);
  const { source } = lab;
  writeFileSync(join(source, 'first'), '1');
  const terminal = new Terminal(t, lab, ['--audit', '1h'], 120);
  await terminal.shows(/^ Watching source, 1 directory, all compared \w+ \d+ [\d:]+$/m);
  writeFileSync(join(source, 'second'), '2');
  const screen = await terminal.shows(
    /^ Watching source, 1 directory, last change \w+ \d+ [\d:]+, second, all/m,
  );
  // One event a read(2), and each may come in one of its own.
  t.strictSame(
    [...new Set(screen.slice(0, -1))],
    [
      'Watching: source (wd: 1)',
      'Watching directory: source. Press Ctrl+C to stop.',
      'Event: second in source',
      'Copied: source/second -> destination/second',
    ],
  );
  const pid = await terminal.pid();
  const slept = async (): Promise<boolean> => {
    const before = switches(pid);
    await delay(1000);
    return switches(pid) === before;
  };
  let quiet = false;
  for (let tries = 0; tries < 20 && !quiet; tries += 1) quiet = await slept();
  t.ok(quiet, 'it sleeps through a second');
  terminal.press('C-c');
  t.match(last(await terminal.shows(/^ended/m)), 'ended 0');
});

/** How often the process has gone to sleep. */
function switches(pid: number): string {
  return /^voluntary_ctxt_switches:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
}

void t.test('complaints do not get into its way', { skip: skip === false ? ROOT_ONLY : skip }, async (t) => {
  const failing = new Lab(t);
  mkdirSync(failing.destination);
  // A mount point stays what it is, and fails.
  const before = ['unshare', '--mount', 'sh', '-c', 'mount -t tmpfs none destination/x && exec "$@"', 'sh'];
  mkdirSync(join(failing.destination, 'x'));
  writeFileSync(join(failing.source, 'y'), 'y');
  const terminal = new Terminal(t, failing, [], 120, before);
  const screen = await terminal.shows(/^ Watching source, 1 directory, 1 failing/m);
  t.equal(screen.filter((line) => line.includes('1 failing')).length, 1);
  t.match(screen.join('\n'), /^dirsync: synchronize source\/x to destination\/x: .*EBUSY/m);
  terminal.press('C-c');
  t.notMatch((await terminal.shows(/^ended/m)).join('\n'), /failing/);
});

void t.test('where it is not wanted there is none', { skip }, async (t) => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['--no-progress', ['--no-progress'], []],
    ['--quiet', ['--quiet'], []],
    ['--json', ['--json'], []],
    ['a terminal that knows lines only', [], ['env', 'TERM=dumb']],
    ['stdout is read by another program', [], ['sh', '-c', '"$@" | cat', 'sh']],
  ];
  for (const [name, args, before] of cases)
    await t.test(name, async (t) => {
      const terminal = new Terminal(
        t,
        slowLab(t, 4 << 20),
        ['--bwlimit', '4M', ...args, '--once'],
        80,
        before,
      );
      const seen = new Set<string>();
      await waitFor(() => {
        for (const line of terminal.screen()) seen.add(line);
        return seen.has('ended 0') ? null : seen;
      }, 60_000);
      const own = [...seen].filter((line) => line.startsWith(' '));
      t.strictSame(own, [], 'no line of progress at any time');
      t.ok(seen.has('ended 0'));
    });
});

void t.test('without a terminal: nothing, and with --progress a line now and then', async (t) => {
  const slow = slowLab(t);
  t.match(await slow.run(['--once', 'source', 'destination']), { code: 0, stderr: '' });
  const asked = slowLab(t);
  const live = asked.start(t, ['--progress', '--bwlimit', '2M']);
  await live.errors(/^dirsync: 0 files, \d\S* MB, \S+ MB\/s, left: 1 file .*, \d+ %$/m);
  t.notOk((live.stderr + live.stdout).includes('\u001b'), 'nothing but text');
  t.match(await live.stop(), { code: 0, stdout: 'Watching: source (wd: 1)\n' });
});

void t.test('--json --progress: events of the schema', async (t) => {
  const live = slowLab(t).start(t, ['--json', '--progress', '--bwlimit', '2M']);
  await live.output(/"event":"progress".*\n.*"event":"progress"/);
  const { stdout, stderr } = await live.stop();
  t.equal(stderr, '');
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => jsonEvent.parse(JSON.parse(line)));
  const found = events.find((event) => event.event === 'progress');
  t.match(found, { files: 0, left: { directories: 0, files: 1 }, failing: 0, pair: undefined });
  t.ok((found?.bytes ?? 0) > 0 && (found?.left.bytes ?? 0) > 0, 'how far the copy is');
});
