import t from 'tap';
import { itemize } from '../../../../userland/src/cli/itemize.ts';
import { DIFF } from '../../../../userland/src/metadata/records.ts';
import { FILE_TYPE } from '../../../../userland/src/native/addon.ts';

void t.test('eleven characters, as rsync has them', async (t) => {
  const path = 'x';
  const item = { type: FILE_TYPE.REGULAR, diff: DIFF.SIZE | DIFF.MTIME };
  t.equal(itemize({ kind: 'copied', path, bytes: 1, item }), '>f.st......');
  t.equal(itemize({ kind: 'copied', path, bytes: 1, item: { ...item, diff: DIFF.MISSING } }), '>f+++++++++');
  const link = { type: FILE_TYPE.SYMLINK, diff: DIFF.LINK };
  t.equal(itemize({ kind: 'copied', path, bytes: 0, item: link }), 'cLc........');
  t.equal(itemize({ kind: 'updated', path, item: { ...item, diff: DIFF.MODE | DIFF.OWNER } }), '.f...po....');
  t.equal(itemize({ kind: 'created-directory', path }), 'cd+++++++++');
  t.equal(itemize({ kind: 'linked', path, target: 'y' }), 'hf+++++++++');
  t.equal(itemize({ kind: 'deleted', path, entries: 1, kept: false })?.length, 11);
  t.equal(itemize({ kind: 'backed-up', path, to: 'x.~1~' })?.length, 11);
  t.equal(itemize({ kind: 'ready' }), null);
});
