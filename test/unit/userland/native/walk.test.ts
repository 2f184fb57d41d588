import * as fc from 'fast-check';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { compareDirectories, reportedBits } from '../../../../userland/src/compare/directory.ts';
import { comparedBits } from '../../../../userland/src/compare/policy.ts';
import { IN, type WalkRequest } from '../../../../userland/src/native/addon.ts';
import { EVERYTHING } from '../../../../userland/src/filter/filter.ts';
import { MetadataSource } from '../../../../userland/src/metadata/source.ts';
import { DIFF } from '../../../../userland/src/metadata/records.ts';
import { decodeFound, FOUND, isLastBatch, type Found } from '../../../../userland/src/sync/found.ts';
import { SEED } from '../../../helpers/seed.ts';
import { addon } from './fixture.ts';

const COMPARED = comparedBits({
  delete: true,
  flat: false,
  sizeOnly: false,
  owner: false,
  filter: EVERYTHING,
  mtimeSlackNs: 0,
  xattrs: false,
  checksum: false,
});
const REQUEST: WalkRequest = { compare: COMPARED, report: reportedBits(COMPARED), attributes: true };

/** All that a walk finds, by paths below the roots. */
async function walk(
  source: string,
  destination: string,
  request: WalkRequest = REQUEST,
): Promise<Map<string, Found>> {
  const fds = [addon.openRoot(source), addon.openRoot(destination)] as const;
  const handle = addon.walkStart(...fds, request);
  for (const fd of fds) addon.close(fd);
  const paths: string[] = [];
  const all = new Map<string, Found>();
  const step = async (): Promise<void> => {
    for (;;) {
      const batch = await addon.walkStep(handle);
      decodeFound(batch, (found) => {
        const above = paths[found.parent] ?? '';
        const path = found.name === '' ? '' : `${above}/${found.name}`;
        if ((found.flags & FOUND.LEFT) === 0) paths[found.id] = path;
        all.set(path, found);
      });
      if (isLastBatch(batch)) return;
    }
  };
  await Promise.all([step(), step(), step()]);
  return all;
}

interface Node {
  readonly kind: 'file' | 'link' | 'dir';
  readonly text: string;
  readonly mode: number;
  readonly time: number;
  readonly children: Readonly<Record<string, Node>>;
}

const name = fc.constantFrom('a', 'b', 'c', 'd', '\n', '.dirsync-other');
const { node } = fc.letrec<{ node: Node }>((tie) => ({
  node: fc.record({
    kind: fc.constantFrom('file', 'link', 'dir', 'dir'),
    text: fc.constantFrom('x', 'y', 'xx'),
    mode: fc.constantFrom(0o755, 0o750),
    time: fc.constantFrom(1, 2),
    children: fc.oneof(
      { depthSize: 'small' },
      fc.constant({}),
      fc.dictionary(name, tie('node'), { maxKeys: 4 }),
    ),
  }),
}));

function make(path: string, { kind, text, mode, time, children }: Node): void {
  if (kind === 'link') {
    symlinkSync(text, path);
    return;
  }
  if (kind === 'file') writeFileSync(path, text);
  else {
    mkdirSync(path);
    for (const [child, what] of Object.entries(children)) make(join(path, child), what);
  }
  chmodSync(path, mode);
  utimesSync(path, time, time);
}

/** The ordinary way: directories in which something is to be done, among those that both sides have. */
function differing(source: string, destination: string, path: string, into: Map<string, boolean>): void {
  const fds = [addon.openRoot(source + path), addon.openRoot(destination + path)] as const;
  const metadata = new MetadataSource('statx', 'a test');
  const below: string[] = [];
  let differs = false;
  const [from, to] = fds;
  for (const found of compareDirectories(addon, {
    source: from,
    destination: to,
    compared: COMPARED,
    metadata,
    all: false,
    excludes: () => false,
    mtimeSlackNs: 0,
  })) {
    const both =
      found.kind === 'entry' && found.type === 4 && (found.diff & (DIFF.MISSING | DIFF.TYPE)) === 0;
    if (both) below.push(found.name);
    else if (found.kind === 'error' || found.type === null || found.diff !== 0) differs = true;
  }
  for (const fd of fds) addon.close(fd);
  into.set(path, differs);
  for (const child of below) differing(source, destination, `${path}/${child}`, into);
}

function attributesDiffer(a: string, b: string): boolean {
  const [x, y] = [lstatSync(a, { bigint: true }), lstatSync(b, { bigint: true })];
  return x.mode !== y.mode || x.mtimeNs !== y.mtimeNs;
}

void t.test('a walk says of each directory what comparing it says', async (t) => {
  const [source, destination] = [join(t.testdir(), 'source'), join(t.testdirName, 'destination')];
  const property = fc.asyncProperty(node, node, fc.boolean(), async (one, other, same) => {
    rmSync(source, { recursive: true, force: true });
    rmSync(destination, { recursive: true, force: true });
    make(source, { ...one, kind: 'dir' });
    // Equal trees would be rare.
    make(destination, {
      ...(same ? one : { ...one, children: { ...one.children, ...other.children } }),
      kind: 'dir',
    });
    const expected = new Map<string, boolean>();
    differing(source, destination, '', expected);
    const all = await walk(source, destination);
    const left = [...all].filter(([, { flags }]) => (flags & FOUND.LEFT) !== 0).map(([path]) => path);
    for (const [path, differs] of expected) {
      const found = all.get(path);
      // Names like those of our own temporary files are left to others.
      if (path.includes('.dirsync-')) continue;
      const told =
        ((found?.flags ?? 0) & FOUND.DIFFERS) !== 0 ||
        left.some((at) => at.slice(0, at.lastIndexOf('/')) === path && !at.includes('.dirsync-'));
      if (told !== differs) throw new Error(`${JSON.stringify(path)}: ${told} told, ${differs} expected`);
      const own = ((found?.flags ?? 0) & FOUND.ATTRIBUTES) !== 0;
      if (own !== attributesDiffer(source + path, destination + path))
        throw new Error(`attributes of ${path}`);
    }
  });
  await fc.assert(property, { seed: SEED, numRuns: 150 });
  t.pass('150 pairs of trees');
});

void t.test('each directory is watched before it is compared, once', async (t) => {
  const dir = t.testdir({ source: { a: { b: {} }, c: {} }, destination: { a: { b: {} }, c: {} } });
  const inotify = addon.inotifyInit();
  t.teardown(() => addon.close(inotify));
  const request = { ...REQUEST, inotify, mask: IN.CREATE | IN.ONLYDIR };
  const found = await walk(join(dir, 'source'), join(dir, 'destination'), request);
  t.strictSame([...found.keys()].toSorted(), ['', '/a', '/a/b', '/c']);
  const wds = [...found.values()].map(({ wd }) => wd);
  t.strictSame(
    wds.toSorted((a, b) => a - b),
    [1, 2, 3, 4],
  );
  writeFileSync(join(dir, 'source/a/b/new'), '');
  t.strictSame(
    addon.readEvents(inotify).map(({ wd, name: of }) => [wd, of]),
    [[found.get('/a/b')?.wd, 'new']],
  );
});

void t.test('what is deeper than a walk goes is left to others', async (t) => {
  const dir = t.testdir({ source: {}, destination: {} });
  const deep = '/d'.repeat(200);
  for (const root of ['source', 'destination']) mkdirSync(join(dir, root, deep), { recursive: true });
  const found = await walk(join(dir, 'source'), join(dir, 'destination'));
  const left = [...found].filter(([, { flags }]) => (flags & FOUND.LEFT) !== 0);
  t.equal(left.length, 1);
  t.equal(found.size - 1, (left[0]?.[0].length ?? 0) / 2, 'all above it were walked');
});

void t.test('a file that was changed since is told of, though it is alike', async (t) => {
  const dir = t.testdir({ source: { a: { file: 'x' } }, destination: {} });
  const [source, destination] = [join(dir, 'source'), join(dir, 'destination')];
  mkdirSync(join(destination, 'a'));
  writeFileSync(join(destination, 'a/file'), 'y');
  for (const root of [source, destination]) utimesSync(join(root, 'a/file'), 1, 1);
  const now = Math.floor(Date.now() / 1000);
  const since = async (recentSince: number): Promise<number> =>
    ((await walk(source, destination, { ...REQUEST, recentSince })).get('/a')?.flags ?? 0) & FOUND.RECENT;
  t.equal(await since(now - 100), FOUND.RECENT);
  t.equal(await since(now + 100), 0);
});

void t.test('a cancelled walk ends, and one whose root has gone finds something to do', async (t) => {
  const dir = t.testdir({ source: { a: {} }, destination: { a: {} } });
  const fds = [addon.openRoot(join(dir, 'source')), addon.openRoot(join(dir, 'destination'))] as const;
  const handle = addon.walkStart(...fds, REQUEST);
  addon.walkCancel(handle);
  t.equal(isLastBatch(await addon.walkStep(handle)), true);
  renameSync(join(dir, 'destination/a'), join(dir, 'destination/b'));
  t.match([...(await walk(join(dir, 'source'), join(dir, 'destination'))).keys()], ['', '/a']);
  for (const fd of fds) addon.close(fd);
});
