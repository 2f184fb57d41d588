import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import * as fc from 'fast-check';
import t from 'tap';
import { type ArchiveEntry, writeArchive } from '../../../../vm/image/cpio.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

const NEWC_HEADER = 110;

/** A link's target made of anything. */
const target = (bytes: Buffer): Buffer => Buffer.from(`->${bytes.toString('hex').slice(0, 90)}`);

void t.test('cpio reads back what was written', async (t) => {
  const { folder } = await freshContext(t);
  const source = join(folder, 'big');
  writeFileSync(source, Buffer.alloc(3_000_001, 'content '));
  const archive = join(folder, 'a.cpio');
  const { sha256, size } = await writeArchive(archive, [
    { kind: 'file', path: 'dir/text', mode: 0o640, data: 'grüße\n' },
    { kind: 'directory', path: 'dir', mode: 0o751 },
    { kind: 'file', path: 'dir/big', mode: 0o4755, source },
    { kind: 'symlink', path: 'link', target: 'dir/text' },
    { kind: 'character-device', path: 'console', mode: 0o600, major: 5, minor: 1 },
  ]);
  const bytes = readFileSync(archive);
  t.equal(bytes.length, size);
  t.equal(createHash('sha256').update(bytes).digest('hex'), sha256);
  t.equal(size % 512, 0, 'whole blocks');
  const { stdout } = await execa('cpio', ['-itv', '--numeric-uid-gid', '--quiet'], {
    inputFile: archive,
    env: { LC_ALL: 'C', TZ: 'UTC' },
  });
  t.strictSame(
    stdout.split('\n').map((line) => line.replaceAll(/ +/g, ' ')),
    [
      'crw------- 1 0 0 5, 1 Jan 1 1970 console',
      'drwxr-x--x 2 0 0 0 Jan 1 1970 dir',
      '-rwsr-xr-x 1 0 0 3000001 Jan 1 1970 dir/big',
      '-rw-r----- 1 0 0 8 Jan 1 1970 dir/text',
      'lrwxrwxrwx 1 0 0 8 Jan 1 1970 link -> dir/text',
    ],
  );
});

void t.test('any tree comes back, names and contents to the byte', async (t) => {
  const { folder } = await freshContext(t);
  const name = fc
    .uint8Array({ minLength: 1, maxLength: 60 })
    .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 0 || byte === 0x2f ? 0x5f : byte))))
    .filter((bytes) => !['.', '..'].includes(bytes.toString()));
  const content = fc.uint8Array({ maxLength: 700 }).map((bytes) => Buffer.from(bytes));
  const tree = fc.uniqueArray(fc.record({ name, content, isLink: fc.boolean() }), {
    maxLength: 8,
    selector: (file) => file.name.toString('latin1'),
  });
  const check = async (files: { name: Buffer; content: Buffer; isLink: boolean }[]): Promise<void> => {
    const place = mkdtempSync(join(folder, 'tree-'));
    const entries = files.map((file): ArchiveEntry =>
      file.isLink
        ? { kind: 'symlink', path: file.name, target: target(file.content) }
        : { kind: 'file', path: file.name, mode: 0o644, data: file.content },
    );
    await writeArchive(join(place, 'a.cpio'), entries);
    mkdirSync(join(place, 'out'));
    await execa('cpio', ['-i', '--quiet'], { cwd: join(place, 'out'), inputFile: join(place, 'a.cpio') });
    for (const file of files) {
      const path = Buffer.concat([Buffer.from(`${place}/out/`), file.name]);
      if (file.isLink) assert.deepEqual(readlinkSync(path, 'buffer'), target(file.content));
      else assert.deepEqual(readFileSync(path), file.content);
    }
    rmSync(place, { recursive: true });
  };
  await t.resolves(fc.assert(fc.asyncProperty(tree, check), { numRuns: 25 }));
});

void t.test('the order in which entries are given does not matter', async (t) => {
  const { folder } = await freshContext(t);
  const entries: ArchiveEntry[] = ['b', 'a', 'ä', 'a/b', 'a.c'].map((path) => ({
    kind: 'directory',
    path,
    mode: 0o755,
  }));
  const first = await writeArchive(join(folder, '1'), entries);
  const second = await writeArchive(join(folder, '2'), entries.toReversed());
  t.strictSame(first, second);
  t.equal(readFileSync(join(folder, '1')).toString('latin1', NEWC_HEADER, NEWC_HEADER + 2), 'a\0');
});

void t.test('refuses what the format cannot say', async (t) => {
  const { folder } = await freshContext(t);
  const write = async (...entries: ArchiveEntry[]): Promise<unknown> =>
    writeArchive(join(folder, 'a.cpio'), entries);
  const directory = { kind: 'directory', path: 'a', mode: 0o755 } as const;
  await t.rejects(write(directory, { ...directory, mode: 0o700 }), /two entries are named a/);
  await t.rejects(write({ ...directory, path: '' }), RangeError);
  await t.rejects(write({ ...directory, path: 'a\0b' }), RangeError);
  await t.rejects(write({ kind: 'file', path: 'x', mode: 0o644, source: join(folder, 'absent') }), /ENOENT/);
});
