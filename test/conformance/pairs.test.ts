/** Several pairs in one run, on real directories. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { parseCommand, type SyncOptions } from '../../userland/src/cli/options/resolve.ts';
import { runSync } from '../../userland/src/cli/run.ts';
import { waitFor } from '../helpers/wait.ts';
import { addon } from '../unit/userland/native/fixture.ts';

/** A run of pairs of these names, each with the roots `<name>-source` and `<name>-destination` in `dir`. */
function start(t: Test, names: readonly string[], args: readonly string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'dirsync-unit-'));
  const roots = (name: string) => ['source', 'destination'].map((side) => join(dir, `${name}-${side}`));
  for (const name of names) for (const root of roots(name)) mkdirSync(root);
  const commands = names.map((name) => parseCommand([...args, ...roots(name)]) as SyncOptions);
  const pairs = commands.flatMap((command, at) =>
    command.pairs.map((pair) => ({ ...pair, name: names[at] ?? '' })),
  );
  const stop = new AbortController();
  const lines: string[] = [];
  const output = {
    line: (text: string) => void lines.push(text),
    behind: false,
    ready: async () => undefined,
  };
  t.teardown(() => rmSync(dir, { recursive: true, force: true }));
  const run = commands[0]?.run;
  if (run === undefined) throw new Error('no pair');
  const begin = () =>
    runSync(
      { kind: 'sync', run, pairs },
      { addon, stdout: output, stderr: output, signal: stop.signal, isRoot: process.geteuid?.() === 0 },
    );
  return { dir, lines, begin, stop: () => stop.abort() };
}

t.setTimeout(120_000);

void t.test('the end of one pair leaves the copies of others alone', async (t) => {
  const { dir, lines, begin, stop } = start(t, ['one', 'two'], ['--bwlimit=1M', '-v']);
  for (const name of ['one', 'two'])
    writeFileSync(join(dir, `${name}-source/large`), Buffer.alloc(3 << 19, name));
  const ended = begin();
  const copying = (): string | null =>
    readdirSync(join(dir, 'two-destination')).length === 1 ? null : lines.join('\n');
  t.equal(await waitFor(copying), null, 'the copy has begun');
  renameSync(join(dir, 'one-source'), join(dir, 'elsewhere'));
  const copied = (): string | null =>
    lines.some((line) => line.startsWith('[two] Copied: ')) ? null : lines.join('\n');
  t.equal(await waitFor(copied, 60_000), null);
  t.match(lines.join('\n'), /^dirsync: \[one\] .*it was renamed/m);
  t.match(lines.join('\n'), /^dirsync: \[one\] has ended; one pair goes on$/m);
  t.notMatch(lines.join('\n'), /ECANCELED/, 'and nobody is told of what was cancelled');
  stop();
  const message = /^synchronize 2 pairs: 1 failed: \[one\] .*it was renamed/;
  await t.rejects(
    ended,
    { exitCode: 11, code: 'PAIRS_FAILED', message },
    'the worst of all ends, told once more',
  );
  t.equal(readFileSync(join(dir, 'two-destination/large')).length, 3 << 19);
});

void t.test('a pair that has ended lets go of its destination', async (t) => {
  const { dir, lines, begin, stop } = start(t, ['one', 'two'], []);
  const ended = begin();
  const ready = (): string | null =>
    lines.filter((line) => line.includes('Watching directory: ')).length === 2 ? null : lines.join('\n');
  t.equal(await waitFor(ready), null);
  const lock = (name: string): boolean => {
    const fd = addon.openRoot(join(dir, `${name}-destination`));
    try {
      return addon.tryLock(fd);
    } finally {
      addon.close(fd);
    }
  };
  t.equal(lock('one'), false);
  renameSync(join(dir, 'one-source'), join(dir, 'elsewhere'));
  t.equal(await waitFor(() => (lock('one') ? null : lines.join('\n'))), null);
  t.equal(lock('two'), false, 'and only that one');
  stop();
  await t.rejects(ended, { exitCode: 11, message: /it was renamed/ });
});

void t.test('when one pair is refused, nothing is made for the others', async (t) => {
  const { dir, lines, begin } = start(t, ['one', 'two'], []);
  rmSync(join(dir, 'one-destination'), { recursive: true });
  rmSync(join(dir, 'two-source'), { recursive: true });
  await t.rejects(begin(), { exitCode: 3, message: /^\[two\] read the source .*: no such directory/ });
  t.strictSame(readdirSync(dir).toSorted(), ['one-source', 'two-destination']);
  t.strictSame(lines, []);
});
