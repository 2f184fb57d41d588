/** `--checksum` and `--audit`: what neither times nor events tell. */
import {
  closeSync,
  existsSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import t from 'tap';
import { Lab } from '../helpers/syncer.ts';
import { compareTrees } from '../helpers/tree.ts';
import { waitFor } from '../helpers/wait.ts';

/** Another content of the same size and mtime, as a failing disk has it. */
function rot(path: string, at = 0): void {
  const { mtimeNs } = statSync(path, { bigint: true });
  const file = openSync(path, 'r+');
  writeSync(file, 'ROT', at);
  closeSync(file);
  execaSync('touch', [
    '-d',
    `@${mtimeNs / 1_000_000_000n}.${String(mtimeNs % 1_000_000_000n).padStart(9, '0')}`,
    path,
  ]);
}

void t.test('-c finds other bytes behind the same size and mtime', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(join(source, 'directory'));
  writeFileSync(join(source, 'small'), 'content');
  writeFileSync(join(source, 'directory/large'), Buffer.alloc(3 << 20, 'x'));
  writeFileSync(join(source, 'linked'), 'content');
  linkSync(join(source, 'linked'), join(source, 'linked-too'));
  await lab.once();
  const before = lstatSync(join(destination, 'small')).ino;
  t.equal((await lab.once('-c', '-v')).stdout, 'Directory synchronization completed.', 'equal files');
  t.equal(lstatSync(join(destination, 'small')).ino, before, 'are not copied');
  rot(join(destination, 'small'));
  rot(join(destination, 'directory/large'), (3 << 20) - 3);
  rot(join(destination, 'linked-too'));
  await lab.once();
  t.equal(readFileSync(join(destination, 'small'), 'utf8'), 'ROTtent', 'without -c nobody looks');
  t.match((await lab.run(['-n', '-c', 'source', 'destination'])).stdout, /^Copied: source\/small -> /m);
  t.equal(readFileSync(join(destination, 'small'), 'utf8'), 'ROTtent', 'a dry run only tells');
  t.match(await lab.once('--checksum', '-v'), { code: 0, stdout: /^Copied: source\/directory\/large/m });
  t.strictSame(compareTrees(source, destination), []);
});

void t.test('-c reads no holes', async (t) => {
  const lab = new Lab(t);
  const file = openSync(join(lab.source, 'sparse'), 'w');
  ftruncateSync(file, 2 ** 40);
  writeSync(file, 'data', 2 ** 39);
  closeSync(file);
  await lab.once();
  const { code, stdout } = await lab.once('-c', '-v');
  t.equal(code, 0);
  t.equal(stdout, 'Directory synchronization completed.');
  rot(join(lab.destination, 'sparse'), 2 ** 38);
  t.match((await lab.once('-c', '-v')).stdout, /^Copied: source\/sparse/m);
});

void t.test('--audit mends what others did to the destination', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  mkdirSync(join(source, 'directory/deep'), { recursive: true });
  for (const name of ['deleted', 'directory/changed', 'directory/deep/chmod'])
    writeFileSync(join(source, name), 'content');
  const live = await lab.watch(t, ['--audit', '1s']);
  rmSync(join(destination, 'deleted'));
  truncateSync(join(destination, 'directory/changed'), 1);
  writeFileSync(join(destination, 'directory/deep/extra'), '');
  execaSync('chmod', ['600', join(destination, 'directory/deep/chmod')]);
  t.strictSame(await live.settled({ deadlineMs: 30_000 }), []);
  rmSync(join(destination, 'directory'), { recursive: true });
  t.strictSame(await live.settled({ deadlineMs: 30_000 }), [], 'and does so again');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('--audit sees what inotify does not: a foreign link, and mmap', async (t) => {
  const lab = new Lab(t);
  const { source, destination } = lab;
  writeFileSync(join(source, 'linked'), 'content');
  writeFileSync(join(source, 'mapped'), 'content');
  linkSync(join(source, 'linked'), join(lab.dir, 'outside'));
  const live = await lab.watch(t, ['--audit', '1s']);
  writeFileSync(join(lab.dir, 'outside'), 'written outside');
  const map =
    'import mmap, sys\nm = mmap.mmap(open(sys.argv[1], "r+").fileno(), 0)\nm[0:3] = b"MAP"\nm.flush()\n';
  const python = execaSync('python3', ['-c', map, join(source, 'mapped')], { reject: false });
  if (python.failed) t.comment('no python3: nothing was written through mmap');
  t.strictSame(await live.settled({ deadlineMs: 30_000 }), []);
  if (!python.failed) t.equal(readFileSync(join(destination, 'mapped'), 'utf8'), 'MAPtent');
  t.match(await live.stop(), { code: 0, stderr: '' });
});

void t.test('--audit with -c mends bytes', async (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'file'), 'content');
  utimesSync(join(lab.source, 'file'), 1000, 1000);
  const live = await lab.watch(t, ['-c', '--audit', '1s']);
  rot(join(lab.destination, 'file'));
  t.strictSame(await live.settled({ deadlineMs: 30_000 }), []);
  t.equal(await waitFor(() => (existsSync(join(lab.destination, 'file')) ? null : 'missing')), null);
  t.match(await live.stop(), { code: 0, stderr: '' });
});
