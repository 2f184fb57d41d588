import { linkSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { Backup } from '../../../../userland/src/apply/backup.ts';
import { addon, folder } from '../native/fixture.ts';

function lab(t: Test) {
  const { path, fd } = folder(t);
  mkdirSync(join(path, 'backup'));
  const kept: string[] = [];
  const backup = new Backup(addon, {
    path: join(path, 'backup'),
    destination: fd,
    fsync: false,
    onKept: (from, to) => kept.push(`${from} ${to}`),
  });
  return { path, kept, backup, where: { destination: fd, path: '' } };
}

void t.test('a kept file stays where it is, and is kept once, as long as it is the same', async (t) => {
  const { path, kept, backup, where } = lab(t);
  writeFileSync(join(path, 'file'), 'content');
  backup.keep(where, 'file');
  backup.keep(where, 'file');
  t.strictSame(kept, ['file file']);
  t.equal(statSync(join(path, 'file')).ino, statSync(join(path, 'backup/file')).ino);
  backup.keep(where, 'nothing');
  backup.keep(where, 'backup');
  t.strictSame(
    readdirSync(join(path, 'backup')),
    ['file'],
    'what is not there, and a directory, are not kept',
  );
});

void t.test('numbers go on after however many there are, and after a gap somewhere before', async (t) => {
  const { path, kept, backup, where } = lab(t);
  const taken = Array.from({ length: 300 }, (_, at) => (at === 0 ? 'file' : `file.~${at}~`));
  for (const name of taken) writeFileSync(join(path, 'backup', name), name);
  writeFileSync(join(path, 'file'), 'content');
  backup.move(where, 'file');
  t.strictSame(kept, ['file file.~300~']);
  for (const name of taken) t.equal(readFileSync(join(path, 'backup', name), 'utf8'), name);
  t.notOk(readdirSync(path).includes('file'), 'it was moved');
});

void t.test('a file with another name in the backup is kept under its own, too', async (t) => {
  const { path, kept, backup, where } = lab(t);
  for (const name of ['a', 'b']) writeFileSync(join(path, 'backup', name), 'older');
  writeFileSync(join(path, 'a'), 'content');
  linkSync(join(path, 'a'), join(path, 'b'));
  for (const name of ['a', 'b']) backup.keep(where, name);
  t.strictSame(kept, ['a a.~1~', 'b b.~1~']);
});

void t.test('a tree is moved at once, or not at all', async (t) => {
  const { path, kept, backup, where } = lab(t);
  mkdirSync(join(path, 'tree/below'), { recursive: true });
  writeFileSync(join(path, 'backup/tree'), 'a file of that name');
  t.equal(backup.moveTree(where, 'tree'), true);
  t.strictSame(readdirSync(join(path, 'backup/tree.~1~')), ['below']);
  mkdirSync(join(path, 'tree'));
  t.equal(backup.moveTree(where, 'tree'), false, 'there is such a directory');
  t.ok(statSync(join(path, 'tree')).isDirectory());
  t.strictSame(kept, ['tree tree.~1~']);
});
