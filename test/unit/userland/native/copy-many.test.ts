import { execaSync } from 'execa';
import {
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { readCopied } from '../../../../userland/src/apply/copy-file.ts';
import type { CopyGroup } from '../../../../userland/src/native/addon.ts';
import { injecting, STRACE_MISSING, tracing } from '../../../helpers/strace.ts';
import { addon, folder, ODD_NAMES, pathOf } from './fixture.ts';

const TEMP = '.dirsync-00000001.tmp';
const REST_MS = 20;
const OPTIONS = { owner: false, xattrs: false, fsync: false, restMs: REST_MS, young: false };

type Folder = ReturnType<typeof folder>;

/** Copies the names; returns what came of each. */
async function copy(
  source: Folder,
  destination: Folder,
  names: readonly string[],
  options: Partial<typeof OPTIONS> = {},
  group?: CopyGroup,
) {
  const list = Buffer.from(names.map((name) => `${name}\0`).join(''), 'latin1');
  const results = await addon.copyMany(
    source.fd,
    destination.fd,
    TEMP,
    list,
    { ...OPTIONS, ...options },
    group,
  );
  return readCopied(results);
}

void t.test('plain files are copied with all that they have, and all else is left alone', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const name of ODD_NAMES) writeFileSync(pathOf(source.path, name), `content of ${name}`);
  writeFileSync(join(source.path, 'empty'), '');
  writeFileSync(join(source.path, 'largest'), Buffer.alloc(65_536, 'x'));
  writeFileSync(join(source.path, 'too large'), Buffer.alloc(65_537, 'x'));
  writeFileSync(join(source.path, 'sparse'), '');
  truncateSync(join(source.path, 'sparse'), 65_536);
  writeFileSync(join(source.path, 'linked'), 'x');
  linkSync(join(source.path, 'linked'), join(source.path, 'other name'));
  mkdirSync(join(source.path, 'directory'));
  symlinkSync('empty', join(source.path, 'symlink'));
  execaSync('mkfifo', [join(source.path, 'fifo')]);
  addon.chmodAt(source.fd, 'largest', 0o4750);
  addon.utimesAt(source.fd, 'largest', -3, 5);
  await delay(2 * REST_MS);
  const good = [...ODD_NAMES, 'empty', 'largest'];
  const bad = ['too large', 'sparse', 'linked', 'directory', 'symlink', 'fifo', 'absent', 'n'.repeat(256)];
  const results = await copy(source, destination, [...bad, ...good]);
  t.strictSame(
    results.map((result) => result !== null),
    [...bad.map(() => false), ...good.map(() => true)],
  );
  t.equal(readdirSync(destination.path).length, good.length, 'nothing else was made');
  for (const name of ODD_NAMES)
    t.equal(readFileSync(pathOf(destination.path, name), 'utf8'), `content of ${name}`);
  t.match(addon.statAt(destination.fd, 'largest'), {
    mode: 0o4750,
    mtimeSec: -3,
    mtimeNsec: 5,
    size: 65_536,
  });
  const { ino, ctimeSec, ctimeNsec } = addon.statAt(source.fd, 'largest') ?? {};
  t.strictSame(results.at(-1), { bytes: 65_536, source: { ino, ctimeSec, ctimeNsec }, xattrsRefused: false });
});

void t.test(
  'a young file is copied on demand, an empty one never: somebody is about to write to it',
  async (t) => {
    const [source, destination] = [folder(t), folder(t)];
    for (const [name, content] of [
      ['full', 'x'],
      ['empty', ''],
    ] as const)
      writeFileSync(join(source.path, name), content);
    const touch = (): void => {
      for (const name of ['full', 'empty']) utimesSync(join(source.path, name), 1, 1);
    };
    // Long enough that the machine cannot be too slow for it.
    const restMs = 60_000;
    touch();
    t.strictSame(await copy(source, destination, ['full', 'empty'], { restMs }), [null, null]);
    const young = await copy(source, destination, ['full', 'empty'], { restMs, young: true });
    t.strictSame(
      young.map((result) => result !== null),
      [true, false],
    );
  },
);

void t.test('one that fails does not keep the others from being copied', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const name of ['a', 'b', 'c']) writeFileSync(join(source.path, name), name);
  mkdirSync(join(destination.path, 'b'));
  await delay(2 * REST_MS);
  const results = await copy(source, destination, ['a', 'b', 'c']);
  t.strictSame(
    results.map((result) => result !== null),
    [true, false, true],
  );
  t.strictSame(readdirSync(destination.path).toSorted(), ['a', 'b', 'c'], 'its temporary name is gone');
});

void t.test('a name that is taken is left alone, whatever has it', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  for (const name of ['file', 'symlink', 'free']) writeFileSync(join(source.path, name), 'of the source');
  writeFileSync(join(destination.path, 'file'), 'of the destination');
  symlinkSync('nowhere', join(destination.path, 'symlink'));
  await delay(2 * REST_MS);
  const results = await copy(source, destination, ['file', 'symlink', 'free']);
  t.strictSame(
    results.map((result) => result !== null),
    [false, false, true],
  );
  t.equal(readFileSync(join(destination.path, 'file'), 'utf8'), 'of the destination');
  t.strictSame(readdirSync(destination.path).toSorted(), ['file', 'free', 'symlink']);
});

void t.test('where no file can be without a name', { skip: STRACE_MISSING }, async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  const names = ['one', 'two', 'three'];
  for (const name of names) writeFileSync(join(source.path, name), name);
  const script = join(import.meta.dirname, 'copy-many-alone.ts');
  const alone = (within: readonly string[]): unknown => {
    for (const name of readdirSync(destination.path)) rmSync(join(destination.path, name));
    const command = [...within, process.execPath, script, source.path, destination.path, ...names];
    return JSON.parse(execaSync('env', command).stdout);
  };
  const log = join(folder(t).path, 'log');
  t.strictSame(alone(tracing('openat', log, '-P', destination.path)), names);
  const calls = readFileSync(log, 'utf8').split('\n');
  const first = 1 + calls.findIndex((line) => line.includes('O_TMPFILE'));
  t.not(first, 0, 'the first copy is to have none');
  for (const error of ['EOPNOTSUPP', 'EISDIR'])
    t.strictSame(
      alone(injecting(`openat:error=${error}:when=${first}`, destination.path)),
      names,
      `${error}: all have temporary names`,
    );
  t.strictSame(
    alone(injecting('linkat:error=ENOENT')),
    names.slice(1),
    'without /proc: once it was tried, the others have temporary names',
  );
  t.strictSame(alone(injecting('linkat:error=ENOENT:when=1')), names, 'by way of /proc');
  t.strictSame(readdirSync(destination.path).toSorted(), names.toSorted());
});

void t.test('a cancelled group copies nothing', async (t) => {
  const [source, destination] = [folder(t), folder(t)];
  writeFileSync(join(source.path, 'a'), 'a');
  await delay(2 * REST_MS);
  const group = addon.copyGroup();
  addon.cancelCopies(group);
  t.strictSame(await copy(source, destination, ['a'], {}, group), [null]);
  t.strictSame(readdirSync(destination.path), []);
});

void t.test('names have to be ended', (t) => {
  for (const list of [Buffer.from('no end'), Buffer.alloc(0)])
    t.throws(() => addon.copyMany(0, 0, TEMP, list, OPTIONS), {
      name: 'TypeError',
      message: 'copyMany: argument 4 must be names that are ended by NUL',
    });
  t.end();
});
