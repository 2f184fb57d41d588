import { execaSync } from 'execa';
import * as fc from 'fast-check';
import { mkdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { compareEntries, type Question } from '../../../../userland/src/metadata/compare.ts';
import { decodeRecords, DIFF, HEADER, REPORT } from '../../../../userland/src/metadata/records.ts';
import { MetadataSource } from '../../../../userland/src/metadata/source.ts';
import { AT_FDCWD, FILE_TYPE } from '../../../../userland/src/native/addon.ts';
import { addon, folder, isRoot, ODD_NAMES, pathOf, type Folder } from '../native/fixture.ts';
import { expected, make, pair } from '../native/random-pair.ts';

const STATX = new MetadataSource('statx', 'asked for');
const EVERYTHING: Question = { compare: 0xff, report: 0x1ff };

function differences(
  source: Folder,
  destination: Folder | null,
  request = EVERYTHING,
): Record<string, number> {
  const records = [...compareEntries(addon, STATX, source.fd, destination?.fd ?? -1, request)];
  const map = Object.fromEntries(records.map((record) => [record.name, record.diff]));
  if (Object.keys(map).length !== records.length) throw new Error('a name came twice');
  return map;
}

void t.test('differences are those of an independent comparison', async (t) => {
  fc.assert(
    fc.property(
      fc.array(pair, { minLength: 1, maxLength: ODD_NAMES.length }),
      fc.integer({ min: 352, max: 700 }),
      fc.integer({ min: 0, max: 3 }),
      (pairs, room, maxEntries) => {
        const [source, destination] = [folder(t, 'tmpfs'), folder(t, 'tmpfs')];
        const wanted: Record<string, number> = {};
        for (const [i, [a, b]] of pairs.entries()) {
          const name = ODD_NAMES[i] ?? '';
          make(source, name, a);
          make(destination, name, b);
          const diff = expected(a, b, EVERYTHING);
          if (diff !== undefined) wanted[name] = diff;
        }
        t.strictSame(differences(source, destination), wanted);

        // The same in slices as small as they can be: each name is looked at once.
        const found: Record<string, number> = {};
        const buffer = Buffer.alloc(room);
        let scanned = 0;
        addon.rewindDir(source.fd);
        for (let eof = false; !eof;) {
          const length = addon.compareDirs(source.fd, destination.fd, buffer, {
            ...EVERYTHING,
            maxEntries,
            source: 'statx',
          });
          const { header, records } = decodeRecords(buffer.subarray(0, length));
          for (const record of records) found[record.name] = (found[record.name] ?? 0) + record.diff;
          scanned += header.scanned;
          if (maxEntries > 0) t.ok(header.scanned <= maxEntries, 'no more than asked for');
          eof = (header.flags & HEADER.EOF) !== 0;
          t.equal((header.flags & HEADER.SHORT) === 0, eof);
        }
        t.strictSame(found, wanted);
        t.equal(scanned, pairs.filter(([a]) => a !== null).length);
      },
    ),
    { numRuns: 60 },
  );
});

void t.test('records carry the attributes of the source', async (t) => {
  const source = folder(t);
  for (const name of ODD_NAMES) writeFileSync(pathOf(source.path, name), name);
  addon.linkAt(source.fd, ' ', source.fd, 'second');
  addon.utimesAt(source.fd, '-rf', -7, 9);
  const records = [...compareEntries(addon, STATX, source.fd, -1, EVERYTHING)];
  t.equal(records.length, ODD_NAMES.length + 1);
  for (const record of records) {
    const stat = addon.statAt(source.fd, record.name);
    t.match(stat, {
      type: record.type,
      ino: record.ino,
      size: record.size,
      mtimeSec: record.mtimeSec,
      mtimeNsec: record.mtimeNsec,
      mode: record.mode,
      uid: record.uid,
      gid: record.gid,
      nlink: record.nlink,
    });
    t.match(record, { diff: DIFF.MISSING, errno: 0, hasAttributes: true });
  }
});

void t.test('only what is asked for is compared and reported', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const { path, fd } of [source, destination]) {
    writeFileSync(join(path, 'same'), '');
    writeFileSync(join(path, 'file'), fd === source.fd ? 'a' : 'bb');
    mkdirSync(join(path, 'dir'));
    writeFileSync(join(path, 'one'), '');
    addon.linkAt(fd, 'one', fd, 'two');
    for (const name of ['same', 'file', 'one']) addon.utimesAt(fd, name, fd === source.fd ? 10 : 11, 0);
  }
  writeFileSync(join(source.path, 'new'), '');
  const ask = (compare: number, report: number, more: Partial<Question> = {}): Record<string, number> =>
    differences(source, destination, { compare, report, ...more });
  t.strictSame(ask(DIFF.SIZE, 0xff), { file: DIFF.SIZE, new: DIFF.MISSING });
  t.strictSame(ask(DIFF.SIZE, DIFF.SIZE), { file: DIFF.SIZE });
  t.strictSame(ask(0, DIFF.MISSING), { new: DIFF.MISSING });
  t.strictSame(ask(0, DIFF.MISSING | REPORT.DIRECTORIES), { new: DIFF.MISSING, dir: 0 });
  t.strictSame(ask(DIFF.SIZE, REPORT.DIRECTORIES), { dir: 0 });
  t.strictSame(ask(0, REPORT.LINKED), { one: 0, two: 0 });
  t.strictSame(Object.keys(ask(0, REPORT.ALL)).toSorted(), ['dir', 'file', 'new', 'one', 'same', 'two']);
  const { file, one, same } = ask(DIFF.MTIME, DIFF.MTIME);
  t.strictSame([file, one, same], [DIFF.MTIME, DIFF.MTIME, DIFF.MTIME]);
  t.strictSame(ask(DIFF.MTIME, DIFF.MTIME, { mtimeSlackNs: 999_999_999 }), {
    same: 8,
    file: 8,
    one: 8,
    two: 8,
  });
  t.strictSame(ask(DIFF.MTIME, DIFF.MTIME, { mtimeSlackNs: 1_000_000_000 }), {});
});

void t.test('young files are reported even if they look equal', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const { path, fd } of [source, destination]) {
    for (const name of ['old', 'young']) writeFileSync(join(path, name), '');
    addon.utimesAt(fd, 'old', 1000, 0);
    addon.utimesAt(fd, 'young', Math.floor(Date.now() / 1000), 0);
  }
  t.strictSame(differences(source, destination, { ...EVERYTHING, racyNs: 60e9 }), { young: DIFF.RACY });
  t.strictSame(differences(source, destination, EVERYTHING), {});
});

void t.test('owners and devices', { skip: !isRoot && 'needs root' }, async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const { fd } of [source, destination]) {
    addon.mknodAt(fd, 'dev', FILE_TYPE.CHAR, 0o600, 1, fd === source.fd ? 3 : 5);
    addon.utimesAt(fd, 'dev', 0, 0);
    addon.mkdirAt(fd, 'dir', 0o700);
    addon.chownAt(fd, 'dir', fd === source.fd ? 1 : 2, 0);
  }
  t.strictSame(differences(source, destination), { dev: DIFF.RDEV, dir: DIFF.OWNER });
});

function walk(from: number, to: number): unknown {
  return [...compareEntries(addon, STATX, from, to, EVERYTHING)];
}

void t.test('what cannot be compared as a whole is an error, never "all missing"', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  writeFileSync(join(source.path, 'file'), '');
  mkdirSync(join(source.path, 'gone'));
  mkdirSync(join(destination.path, 'no-exec'));
  const file = addon.openFile(source.fd, 'file');
  t.throws(() => walk(file, -1), { code: 'ENOTDIR' });
  t.throws(() => walk(source.fd, file), { code: 'ENOTDIR' });
  addon.close(file);
  t.throws(() => walk(file, -1), { code: 'EBADF' });
  t.throws(() => walk(source.fd, file), { code: 'EBADF' });
  t.throws(() => walk(source.fd, AT_FDCWD), { code: 'EBADF' }, 'no place where it would be -1 by chance');

  const gone = addon.openDir(source.fd, 'gone');
  rmdirSync(join(source.path, 'gone'));
  t.throws(() => walk(gone, source.fd), { code: 'ENOENT' });
  t.throws(() => walk(source.fd, gone), { code: 'ENOENT' });
  addon.close(gone);
});

void t.test('bits that mean nothing are refused', async (t) => {
  const { fd } = folder(t);
  let to = fd;
  const ask = (compare: number, report: number): number =>
    addon.compareDirs(fd, to, Buffer.alloc(352), { compare, report, source: 'statx' });
  for (to of [fd, -1])
    for (let bit = 0; bit < 32; bit += 1) {
      const value = 2 ** bit;
      const refused = { code: 'EINVAL' };
      if (value < DIFF.RACY) t.equal(ask(value, 0), 32);
      else t.throws(() => ask(value, 0), refused, `compare ${value} to ${to}`);
      if (value <= DIFF.RACY || (value >= REPORT.DIRECTORIES && value <= REPORT.LINKED))
        t.equal(ask(0, value), 32);
      else t.throws(() => ask(0, value), refused, `report ${value} to ${to}`);
    }
});

void t.test('when the calls of the kernel are refused, statx goes on', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const name of ODD_NAMES) writeFileSync(pathOf(source.path, name), name);
  // No probe has been made, so that the addon refuses them as a kernel without them does.
  for (const to of [destination.fd, -1]) {
    const metadata = new MetadataSource('kernel', 'calls announced');
    const names = [...compareEntries(addon, metadata, source.fd, to, EVERYTHING)].map(({ name }) => name);
    t.strictSame(names.toSorted(), ODD_NAMES.toSorted());
    t.equal(metadata.kind, 'statx');
    t.match(metadata.reason, /^dirsync_(?:diff|list) was refused with ENOSYS, after calls announced$/);
  }
  t.match(addon.counters(), { dirsyncList: 0, dirsyncDiff: 0 });
});

void t.test('a large directory comes whole, and may be changed on the way', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const { path } of [source, destination])
    execaSync('sh', ['-c', 'cd "$1" && seq 5000 | xargs touch -d @0', '-', path]);
  t.strictSame(differences(source, destination), {});
  rmSync(join(destination.path, '4999'));
  t.strictSame(differences(source, destination), { 4999: DIFF.MISSING });
  const before = addon.counters();
  const extras = { compare: 0, report: DIFF.MISSING };
  rmSync(source.path, { recursive: true });
  mkdirSync(source.path);
  const empty = addon.openRoot(source.path);
  let removed = 0;
  for (const { name } of compareEntries(addon, STATX, destination.fd, empty, extras)) {
    addon.unlinkAt(destination.fd, name);
    removed += 1;
  }
  addon.close(empty);
  t.equal(removed, 4999);
  t.strictSame(addon.listDir(destination.fd), []);
  t.ok(addon.counters().statx - before.statx <= 2.1 * 4999, 'two calls a name, and few a slice');
});

void t.test('memory does not grow with the number of comparisons', async (t) => {
  const [source, destination] = [folder(t, 'tmpfs'), folder(t, 'tmpfs')];
  for (let i = 0; i < 5; i += 1) writeFileSync(join(source.path, `file${i}`), '');
  const buffer = Buffer.alloc(4096);
  const round = (): void => {
    for (let i = 0; i < 20_000; i += 1) {
      addon.rewindDir(source.fd);
      addon.compareDirs(source.fd, destination.fd, buffer, { ...EVERYTHING, source: 'statx' });
    }
  };
  round();
  const before = process.memoryUsage.rss();
  round();
  round();
  // A leak of as little as one record of 72 bytes an entry would be 14 MB.
  const grown = process.memoryUsage.rss() - before;
  t.ok(grown < 10e6, `${grown} bytes`);
});
