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
import { parseCommand, type SyncOptions } from '../../../../userland/src/cli/options/resolve.ts';
import { runSync } from '../../../../userland/src/cli/run.ts';
import { waitFor } from '../../../helpers/wait.ts';
import { addon } from '../native/fixture.ts';

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
  t.notMatch(lines.join('\n'), /ECANCELED/, 'and nobody is told of what was cancelled');
  stop();
  t.equal(await ended, 11, 'the worst of all ends');
  t.equal(readFileSync(join(dir, 'two-destination/large')).length, 3 << 19);
});
