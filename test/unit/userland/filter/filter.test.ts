import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { Filter, type Rule } from '../../../../userland/src/filter/filter.ts';
import { findCommand } from '../../../../vm/host/find-command.ts';

const rsync = await findCommand('rsync');

function excluded(...patterns: string[]): (path: string, isDirectory?: boolean) => boolean {
  const filter = new Filter(patterns.map((pattern) => ({ exclude: true, pattern })));
  return (path, isDirectory = false) => filter.excludes(path, isDirectory);
}

void t.test('rsync’s rules by example', async (t) => {
  const yes = (pattern: string, path: string, isDirectory = false): void =>
    void t.equal(excluded(pattern)(path, isDirectory), true, `${pattern} ${path}`);
  const no = (pattern: string, path: string, isDirectory = false): void =>
    void t.equal(excluded(pattern)(path, isDirectory), false, `not ${pattern} ${path}`);
  yes('*.o', 'deep/below/x.o');
  no('*.o', 'x.o/y');
  yes('/top', 'top');
  no('/top', 'below/top');
  yes('build/', 'a/build', true);
  no('build/', 'a/build');
  yes('foo/bar', 'x/foo/bar');
  no('foo/bar', 'xfoo/bar');
  yes('foo/*', 'a/foo/b');
  no('foo/*', 'foo/b/c');
  yes('foo/**', 'foo/b/c');
  no('foo/**', 'foo', true);
  yes('foo/***', 'foo', true);
  yes('**/name', 'name');
  no('a/**/b', 'a/b');
  no('[[:digit:]?', '[[:digit:]?');
  yes('back\\slash', 'back\\slash');
  yes('\\*x*', '*x1');
  yes('[!a-c]', 'd');
  yes('\xff*', '\xff\xfe');
});

void t.test('the first rule that matches decides', async (t) => {
  const filter = new Filter([
    { exclude: false, pattern: '*.c' },
    { exclude: true, pattern: '*' },
  ]);
  t.equal(filter.excludes('a/x.c', false), false);
  t.equal(filter.excludes('a/x.h', false), true);
  t.equal(filter.below('a')('x.h', false), true);
});

function depends(pattern: string): boolean {
  return new Filter([{ exclude: true, pattern }]).dependsOnPlace;
}

void t.test('whether it matters where an entry lies', async (t) => {
  t.strictSame(['*.o', 'build/', '/top', 'a/b', '**x'].map(depends), [false, false, true, true, true]);
});

/** Names that meet the characters of patterns. Each is a directory and, with `f`, a file. */
const NAMES = ['a', 'b', 'ab', 'a]', '[a', '*', 'a\\b', '-', '\xe9'];

/** What patterns are put together from, separated by blanks. */
const PIECES = 'a b ab * ** *** ? [ab] [^a] [!b-z] []a] [[:alpha:]] [a- \\ - / / \\* [ ] f \xe9';

const piece = fc.constantFrom(...PIECES.split(' '));
const rule: fc.Arbitrary<Rule> = fc.record({
  exclude: fc.boolean(),
  pattern: fc
    .array(piece, { minLength: 1, maxLength: 6 })
    .map((pieces) => pieces.join(''))
    // rsync takes these as something other than patterns.
    .filter((pattern) => !/^[-+!] ?|^\/+$/.test(pattern)),
});

void t.test('what rsync lists is what is left', { skip: rsync === undefined && 'no rsync' }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'dirsync-filter-'));
  t.teardown(() => rmSync(root, { recursive: true }));
  const entries = new Map<string, boolean>();
  const fill = (path: string, depth: number): void => {
    mkdirSync(Buffer.from(join(root, path), 'latin1'), { recursive: true });
    for (const name of NAMES) {
      const at = path === '' ? name : `${path}/${name}`;
      writeFileSync(Buffer.from(`${root}/${at}f`, 'latin1'), '');
      entries.set(`${at}f`, false);
      if (depth >= 1 && name !== 'a' && name !== '[a') continue;
      entries.set(at, true);
      if (depth < 2 && ['a', 'ab', '*'].includes(name)) fill(at, depth + 1);
      else mkdirSync(Buffer.from(`${root}/${at}`, 'latin1'));
    }
  };
  fill('', 0);
  const rulesFile = join(root, '../', `${root.slice(root.lastIndexOf('/') + 1)}.rules`);
  t.teardown(() => rmSync(rulesFile, { force: true }));
  const listed = (rules: readonly Rule[]): string[] => {
    const lines = rules.map(({ exclude, pattern }) => `${exclude ? '-' : '+'} ${pattern}\n`).join('');
    writeFileSync(rulesFile, lines, 'latin1');
    const args = [
      '-r',
      '-8',
      '--out-format=%n',
      '-n',
      `--exclude-from=${rulesFile}`,
      `${root}/`,
      `${root}.none/`,
    ];
    return execFileSync('rsync', args, { encoding: 'latin1', stdio: ['ignore', 'pipe', 'pipe'] })
      .split('\n')
      .map((line) => line.replace(/\/$/, ''))
      .filter((line) => line !== '' && line !== '.' && !line.startsWith('created directory'))
      .toSorted();
  };
  const left = (rules: readonly Rule[]): string[] => {
    const filter = new Filter(rules);
    const gone = new Set<string>();
    const paths: string[] = [];
    for (const [path, isDirectory] of entries) {
      const parent = path.slice(0, Math.max(0, path.lastIndexOf('/')));
      if (gone.has(parent) || filter.excludes(path, isDirectory)) gone.add(path);
      else paths.push(path);
    }
    return paths.toSorted();
  };
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1, maxLength: 4 }), (rules) => {
      t.strictSame(left(rules), listed(rules), JSON.stringify(rules));
      return t.passing();
    }),
    { numRuns: 40, seed: Number(process.env['DIRSYNC_SEED'] ?? 1) },
  );
});

void t.test('a reserved entry of the roots is left out, and nothing else of that name', async (t) => {
  const rules = [{ exclude: false, pattern: '.backup' }];
  const filter = new Filter(rules).reserving('.backup');
  t.equal(filter.isEmpty, false);
  t.equal(filter.dependsOnPlace, false, 'directories may be renamed all the same');
  for (const isDirectory of [true, false]) t.equal(filter.excludes('.backup', isDirectory), true);
  t.equal(filter.excludes('below/.backup', true), false);
  t.equal(filter.below('')('.backup', true), true);
  t.equal(filter.below('below')('.backup', true), false);
});
