/** The engine in this process, on real directories and with a real context: what the program does with it is in test/conformance. */
import { execaSync } from 'execa';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { CHEAP_BYTES, RACY_MS } from '../../../../userland/src/apply/copy-file.ts';
import { IN, type Addon, type InotifyEvent } from '../../../../userland/src/native/addon.ts';
import { loadAddon } from '../../../../userland/src/native/load.ts';
import type { SyncContext } from '../../../../userland/src/sync/context.ts';
import { Engine } from '../../../../userland/src/sync/engine.ts';
import { Lab } from '../../../helpers/syncer.ts';
import { syncContext } from '../../../helpers/sync-context.ts';
import { waitEqual, waitFor } from '../../../helpers/wait.ts';

function sh(lab: Lab, script: string): void {
  execaSync('bash', ['-euc', script], { cwd: lab.dir });
}

/** Runs an engine until it says that it is in step; `kinds` are those of all that it says. */
async function follow(t: Test, lab: Lab, options: Partial<SyncContext> = {}) {
  const stop = new AbortController();
  const kinds: string[] = [];
  const ready = Promise.withResolvers<void>();
  const emit: SyncContext['sink']['emit'] = ({ kind }) => {
    kinds.push(kind);
    if (kind === 'ready') ready.resolve();
  };
  const context = { ...syncContext(t, lab), signal: stop.signal, sink: { emit }, ...options };
  const running = new Engine(context).run();
  await ready.promise;
  const end = async () => {
    stop.abort();
    return running;
  };
  return { context, kinds, end };
}

/** All kinds of entries, and for each something else in the destination. */
const DIFFERENT = `
  mkdir -p source/{same,file-there,link-there,new/deeper/deepest,closed} destination/{same,dir-here,extra/tree}
  for i in $(seq 200); do echo $i > source/new/$i; done
  echo one > source/dir-here; echo two > source/shorter; echo much > source/deep; head -c 100000 /dev/urandom > source/large
  echo in > source/closed/file; chmod 0500 source/closed
  mkfifo source/fifo; ln -s target source/symlink; ln -s other source/retarget; ln -s old destination/retarget
  echo linked > source/a; ln source/a source/b; ln source/a source/new/c; ln source/fifo source/fifo2
  truncate -s 1M source/sparse
  echo file > destination/file-there; ln -s same destination/link-there; echo longer > destination/shorter
  echo x > destination/dir-here/x; echo x > destination/extra/tree/x; echo x > destination/.dirsync-00000000.tmp
  cp -a source/large destination/large; chmod 0600 destination/large; echo b > destination/b
`;

void t.test('whatever the destination has becomes what the source has', async (t) => {
  const lab = new Lab(t);
  sh(lab, DIFFERENT);
  const { context, kinds, end } = await follow(t, lab);
  t.strictSame(await waitEqual(lab.source, lab.destination), []);
  for (const kind of ['copied', 'created-directory', 'updated', 'deleted', 'linked', 'watching'])
    t.ok(kinds.includes(kind), kind);
  const inodes = ['a', 'b', 'new/c'].map((name) => lstatSync(join(lab.destination, name)).ino);
  t.equal(new Set(inodes).size, 1, 'names of one file are names of one file');
  t.strictSame(await end(), { failures: 0, failing: 0, interrupted: true });
  t.equal(context.dirty.size, 0);
});

void t.test('a write that moves its data long after the times were set', async (t) => {
  for (const when of ['is told after the copy', 'is told while the file is copied']) {
    const lab = new Lab(t);
    const [source, destination] = [join(lab.source, 'file'), join(lab.destination, 'file')];
    writeFileSync(source, 'x'.repeat(CHEAP_BYTES + 1));
    await delay(3 * RACY_MS);
    const real = loadAddon();
    const late: InotifyEvent[] = [];
    /** The copy becomes what it would be if it had been made before the data came; then the write ends. */
    const endWrite = (): void => {
      sh(
        lab,
        'head -c $(stat -c %s source/file) /dev/zero > destination/file; touch -r source/file destination/file',
      );
      late.push({ wd: 1, mask: IN.MODIFY, cookie: 0, name: 'file' });
      writeFileSync(join(lab.source, 'wakes'), 'the reader of events');
    };
    let copies = 0;
    const addon: Addon = {
      ...real,
      readEvents: (inotify) => [...real.readEvents(inotify), ...late.splice(0)],
      copyFile: async (...args) => {
        const copied = await real.copyFile(...args);
        if (args[1] === 'file') copies += 1;
        if (copies !== 1 || when === 'is told after the copy') return copied;
        endWrite();
        await delay(5 * RACY_MS);
        return copied;
      },
    };
    const { end } = await follow(t, lab, { addon });
    if (when === 'is told after the copy') endWrite();
    const content = (): string | null =>
      readFileSync(destination).equals(readFileSync(source)) ? null : 'it is not what the source has';
    t.equal(await waitFor(content, 5000), null, when);
    t.equal(copies, 2, 'it was copied once more, and not for ever');
    await end();
  }
});

void t.test('and follows it', async (t) => {
  const lab = new Lab(t);
  sh(lab, DIFFERENT);
  const { kinds, end } = await follow(t, lab);
  for (const script of [
    'mv source/large source/renamed; mv source/new source/same/moved',
    'echo more >> source/same/moved/1; chmod 0700 source/same; touch -d @7 source/shorter',
    'rm -rf source/same/moved/deeper; rm source/symlink; ln -s new source/symlink; rm source/fifo; mkdir source/fifo',
    'echo through >> source/b; rm source/a; ln source/shorter source/closed/again',
    'mv source/renamed source/shorter; rm -rf source/fifo; echo file > source/fifo; mv source/closed source/open',
    'mkdir -p source/x/y/z; for i in $(seq 300); do echo $i > source/x/y/z/$i; done; rmdir source/file-there',
    'rm -rf source/*; echo last > source/last',
  ]) {
    sh(lab, script);
    t.strictSame(await waitEqual(lab.source, lab.destination), [], script);
  }
  t.ok(kinds.includes('renamed'));
  await end();
});

void t.test('a run that ends says what it would do, does it, and has nothing left to do', async (t) => {
  const lab = new Lab(t);
  sh(lab, DIFFERENT);
  const before = readdirSync(lab.destination, { recursive: true });
  const kinds: string[][] = [];
  for (const dryRun of [true, false, true])
    await t.test(dryRun ? 'what it would do' : 'what it does', async (t) => {
      const told: string[] = [];
      kinds.push(told);
      const sink = { emit: ({ kind }: { kind: string }) => void told.push(kind) };
      const result = await new Engine({ ...syncContext(t, lab), once: true, dryRun, sink }).run();
      t.match(result, { failures: 0, interrupted: false });
      if (kinds.length === 1) t.strictSame(readdirSync(lab.destination, { recursive: true }), before);
    });
  const [foretold, done, rest] = kinds.map((told) => told.toSorted());
  t.strictSame(await waitEqual(lab.source, lab.destination), []);
  t.strictSame(new Set(foretold), new Set(done));
  t.strictSame(rest, []);
});

const DIRECTORIES = 20;
/** By so many milliseconds the clock goes on each time that somebody looks at it: nothing is quick on this machine. */
const TICK_MS = 5;

/** Directories whose place is taken from them while something in them is dirty. */
async function losePlaces(t: Test, to: (lab: Lab) => string): Promise<SyncContext> {
  const lab = new Lab(t);
  const names = Array.from({ length: DIRECTORIES }, (_, index) => `d${index}`);
  for (const name of names) mkdirSync(join(lab.source, name));
  let time = 0;
  const { context, end } = await follow(t, lab, { now: () => (time += TICK_MS) });
  const place = to(lab);
  mkdirSync(place, { recursive: true });
  for (const name of names) {
    writeFileSync(join(lab.source, name, 'file'), name);
    renameSync(join(lab.source, name), join(place, name));
  }
  t.strictSame(await waitEqual(lab.source, lab.destination), []);
  const left = await waitFor(() => (context.dirty.size === 0 ? null : context.dirty.size));
  t.equal(left, null, 'nothing is dirty for ever');
  await end();
  return context;
}

void t.test('a slow machine comes to rest when watched directories have left', async (t) => {
  const { tree } = await losePlaces(t, (lab) => join(lab.dir, 'outside'));
  t.equal(tree.watches, 1, 'and what left is not watched any more');
});

void t.test('and when they have come to a directory that was not watched yet', async (t) => {
  const { tree } = await losePlaces(t, (lab) => join(lab.source, 'new', 'deeper'));
  t.equal(tree.watches, DIRECTORIES + 3);
});
