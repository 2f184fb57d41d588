/** Continuous mode against changes that come faster than watches can be set up, or that move the watched places. */
import { appendFileSync, lstatSync, mkdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { AT_FDCWD, RENAME } from '../../userland/src/native/addon.ts';
import { loadAddon } from '../../userland/src/native/load.ts';
import { FILE_SYSTEMS, Lab, type LiveSyncer } from '../helpers/syncer.ts';

/** Each scenario starts from a synchronized, watched pair and has to end in equality. */
async function scenario(
  name: string,
  prepare: (source: string) => void,
  act: (source: string, outside: string) => void,
  after?: (lab: Lab, live: LiveSyncer) => Promise<void>,
): Promise<void> {
  for (const base of FILE_SYSTEMS)
    await t.test(`${name} on ${base}`, async (t) => {
      const lab = new Lab(t, base);
      const outside = join(lab.dir, 'outside');
      mkdirSync(outside);
      prepare(lab.source);
      const live = await lab.watch(t);
      act(lab.source, outside);
      t.strictSame(await live.settled(), []);
      // Whatever is created in each directory now has to be seen: every one is watched under its right name.
      execaSync('find', [lab.source, '-type', 'd', '-exec', 'touch', '{}/afterwards', ';']);
      t.strictSame(await live.settled(), [], 'and every directory is still watched');
      if (after !== undefined) await after(lab, live);
      const { code, stderr } = await live.stop();
      t.equal(stderr, '');
      t.equal(code, 0);
    });
}

const nothing = (): void => undefined;

function directories(...names: readonly string[]) {
  return (source: string): void => {
    for (const name of names) {
      mkdirSync(join(source, name, 'deep/er'), { recursive: true });
      writeFileSync(join(source, name, 'deep/er/file'), name);
    }
  };
}

await scenario('mkdir -p with immediate writes', nothing, (source) => {
  for (let at = 0; at < 20; at += 1) {
    const path = join(source, `${at}/b/c/d`);
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'file'), `${at}`);
    writeFileSync(join(source, `${at}/b/file`), `${at}`);
  }
});

await scenario('a tree unpacked at once', nothing, (source) => {
  execaSync(
    'sh',
    [
      '-c',
      'for i in 1 2 3 4 5 6 7 8; do for j in 1 2 3 4 5 6; do mkdir -p $i/$j; for k in 1 2 3 4 5; do echo $k > $i/$j/$k; done; done; done',
    ],
    { cwd: source },
  );
});

await scenario('a populated directory moved in', nothing, (source, outside) => {
  directories('in')(outside);
  renameSync(join(outside, 'in'), join(source, 'in'));
  appendFileSync(join(source, 'in/deep/er/file'), 'more');
});

await scenario(
  'a directory moved out, and written there',
  directories('out'),
  (source, outside) => {
    renameSync(join(source, 'out'), join(outside, 'out'));
    writeFileSync(join(outside, 'out/deep/er/file'), 'elsewhere');
    writeFileSync(join(source, 'marker'), '');
  },
  async (lab, live) => {
    mkdirSync(join(lab.dir, 'outside/out/new'));
    writeFileSync(join(lab.source, 'second-marker'), '');
    t.strictSame(await live.settled(), [], 'what happens outside is nobody’s business');
    t.notMatch(live.stdout, /Event: new/, 'and not even listened to');
  },
);

await scenario('two directories swapped', directories('a', 'b'), (source) => {
  renameSync(join(source, 'a'), join(source, 't'));
  renameSync(join(source, 'b'), join(source, 'a'));
  renameSync(join(source, 't'), join(source, 'b'));
  appendFileSync(join(source, 'a/deep/er/file'), ' was b');
});

await scenario('two directories exchanged in one call', directories('a', 'b'), (source) => {
  loadAddon().renameAt(AT_FDCWD, join(source, 'a'), AT_FDCWD, join(source, 'b'), RENAME.EXCHANGE);
  appendFileSync(join(source, 'a/deep/er/file'), ' was b');
});

await scenario('there and back again', directories('a'), (source) => {
  renameSync(join(source, 'a'), join(source, 'b'));
  renameSync(join(source, 'b'), join(source, 'a'));
  appendFileSync(join(source, 'a/deep/er/file'), 'again');
});

await scenario('renamed, replaced, and both written', directories('a'), (source) => {
  renameSync(join(source, 'a'), join(source, 'b'));
  mkdirSync(join(source, 'a/deep'), { recursive: true });
  writeFileSync(join(source, 'a/deep/file'), 'new a');
  writeFileSync(join(source, 'b/deep/file'), 'in b');
});

await scenario('an ancestor renamed, then a write three levels down', directories('a'), (source) => {
  renameSync(join(source, 'a'), join(source, 'b'));
  appendFileSync(join(source, 'b/deep/er/file'), 'more');
  mkdirSync(join(source, 'b/deep/er/new'));
  writeFileSync(join(source, 'b/deep/er/new/file'), 'x');
});

await scenario('one directory moved into another, which moves', directories('a', 'b'), (source) => {
  renameSync(join(source, 'a'), join(source, 'b/deep/a'));
  renameSync(join(source, 'b'), join(source, 'c'));
  renameSync(join(source, 'c/deep'), join(source, 'deep'));
  appendFileSync(join(source, 'deep/a/deep/er/file'), 'more');
});

await scenario('parent and child change places', directories('a'), (source) => {
  renameSync(join(source, 'a/deep'), join(source, 'deep'));
  renameSync(join(source, 'a'), join(source, 'deep/a'));
  appendFileSync(join(source, 'deep/er/file'), 'more');
});

await scenario('removed, recreated, and written', directories('a'), (source) => {
  for (let round = 0; round < 5; round += 1) {
    rmSync(join(source, 'a'), { recursive: true });
    mkdirSync(join(source, 'a/deep'), { recursive: true });
    writeFileSync(join(source, 'a/deep/file'), `${round}`);
  }
});

await scenario('renamed, then removed at once', directories('a', 'kept'), (source) => {
  renameSync(join(source, 'a'), join(source, 'b'));
  rmSync(join(source, 'b'), { recursive: true });
});

await scenario('a directory renamed over an empty one', directories('a'), (source) => {
  mkdirSync(join(source, 'empty'));
  renameSync(join(source, 'a'), join(source, 'empty'));
});

await scenario('created and deleted within a millisecond', nothing, (source) => {
  for (let at = 0; at < 200; at += 1) {
    writeFileSync(join(source, `${at}`), 'short-lived');
    unlinkSync(join(source, `${at}`));
  }
});

await scenario('files swapped, and moved aside for a new one', writeFiles, (source) => {
  renameSync(join(source, 'f'), join(source, 't'));
  renameSync(join(source, 'g'), join(source, 'f'));
  renameSync(join(source, 't'), join(source, 'g'));
  renameSync(join(source, 'h'), join(source, 'h.old'));
  writeFileSync(join(source, 'h'), 'new h');
});

function writeFiles(source: string): void {
  for (const name of ['f', 'g', 'h']) writeFileSync(join(source, name), name.repeat(100));
}

await scenario('six thousand renames', writeFiles, (source) => {
  for (let round = 0; round < 3000; round += 1) {
    renameSync(join(source, 'f'), join(source, 'f2'));
    renameSync(join(source, 'f2'), join(source, 'f'));
  }
});

await t.test('changes during the first synchronization', async (t) => {
  const lab = new Lab(t);
  for (let at = 0; at < 100; at += 1) directories(`${at}`)(lab.source);
  const live = lab.start(t);
  await live.output(/^Watching: source\/\d/m);
  for (let at = 0; at < 100; at += 2)
    renameSync(join(lab.source, `${at}`), join(lab.source, `${at + 1}/moved`));
  for (let at = 1; at < 100; at += 4) rmSync(join(lab.source, `${at}/deep`), { recursive: true });
  await live.output(/^Watching directory: /m);
  t.strictSame(await live.settled(), []);
  const inode = lstatSync(join(lab.destination, '3/moved/deep/er/file')).ino;
  renameSync(join(lab.source, '3/moved'), join(lab.source, 'out-again'));
  t.strictSame(await live.settled(), []);
  t.equal(lstatSync(join(lab.destination, 'out-again/deep/er/file')).ino, inode, 'the tree is known well');
  t.equal((await live.stop()).code, 0);
});
