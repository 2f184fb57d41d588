/** `--exclude` and its like: what is left out is neither mirrored nor deleted nor watched, whatever it is renamed to. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Lab, type LiveSyncer } from '../helpers/syncer.ts';

function write(root: string, ...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), path);
  }
}

/** Waits until everything before it is mirrored: entries are worked on in the order of their events. */
async function caughtUp(lab: Lab, live: LiveSyncer, name: string): Promise<void> {
  writeFileSync(join(lab.source, name), '');
  await live.output(new RegExp(`^Copied: source/${name} `, 'm'));
}

void t.test('--once: neither copied nor deleted', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  write(source, 'x.o', 'keep/x.o', 'keep/x.c', 'build/out', 'notes', 'typed');
  write(destination, 'y.o', 'build/old', 'gone/z.o', 'gone/z.c', 'extra', 'mine/file', 'typed/inside');
  writeFileSync(join(lab.dir, 'rules'), '# a comment\n\n/mine\n- build/\n', 'latin1');
  const ended = await lab.once(
    '-v',
    '--exclude-from=rules',
    '--include=x.o',
    '--exclude',
    '*.o',
    '--exclude=typed/',
  );
  t.equal(ended.code, 23);
  t.match(
    ended.stderr,
    'source/typed to destination/typed: the destination has an excluded entry in its place',
  );
  t.match(ended.stdout, 'Deleted: destination/gone (all but what is excluded)');
  const there = [
    'x.o',
    'keep/x.o',
    'keep/x.c',
    'notes',
    'y.o',
    'build/old',
    'gone/z.o',
    'mine/file',
    'typed/inside',
  ];
  const not = ['build/out', 'gone/z.c', 'extra'];
  for (const path of there) t.ok(existsSync(join(destination, path)), path);
  for (const path of not) t.notOk(existsSync(join(destination, path)), path);
});

void t.test('an excluded entry of the source is as good as missing', async (t) => {
  const lab = new Lab(t);
  write(lab.source, 'name/inside', 'other');
  write(lab.destination, 'name');
  t.equal((await lab.once('--exclude', 'name/')).code, 0);
  t.notOk(existsSync(join(lab.destination, 'name')), 'the file of that name is not excluded');
  write(lab.destination, 'plain');
  const refused = await lab.once('--exclude', '*e*');
  t.match(refused, { code: 3, stderr: /the source is empty and the destination is not/ });
});

void t.test('live: renamed into what is excluded, and back', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  const at = (path: string): string => join(source, path);
  const mirrored = (path: string): boolean => existsSync(join(destination, path));
  write(source, 'file', 'dir/inside', 'skip/quiet');
  const live = await lab.watch(t, ['--exclude', '*.o', '--exclude', 'skip/', '--exclude=/a/deep']);
  t.notMatch(live.stdout, 'Watching: source/skip');
  write(source, 'new.o', 'skip/more');
  renameSync(at('file'), at('file.o'));
  renameSync(at('dir'), at('dir.o'));
  await caughtUp(lab, live, 'one');
  await live.output(/^Deleted: destination\/dir$/m);
  await live.output(/^Deleted: destination\/file$/m);
  t.notMatch(live.stdout, /Event: (new|file)\.o|Event: skip|more/, 'nobody is told of what is excluded');
  write(source, 'dir.o/unseen');
  renameSync(at('file.o'), at('file'));
  renameSync(at('dir.o'), at('dir'));
  await caughtUp(lab, live, 'two');
  await live.output(/^Copied: source\/dir\/unseen /m);
  t.ok(mirrored('file') && mirrored('dir/inside') && !mirrored('new.o') && !mirrored('skip'));
  write(source, 'b/deep/hidden', 'b/seen');
  await live.output(/^Copied: source\/b\/deep\/hidden /m);
  renameSync(at('b'), at('a'));
  await live.output(/^Deleted: destination\/b$/m);
  t.notOk(mirrored('a/deep'), 'a rule with a place is asked anew after the rename of a directory');
  t.equal(readFileSync(join(destination, 'a/seen'), 'utf8'), 'b/seen');
  write(source, 'dir/still-watched');
  await live.output(/^Copied: source\/dir\/still-watched /m);
  t.equal((await live.stop()).code, 0);
});
