import t from 'tap';
import { markText } from '../../../../vm/faults/marks.ts';

void t.test('a mark is told from what else may stand at the end of a disk', async (t) => {
  const sector = Buffer.alloc(512);
  t.equal(markText(sector), undefined);
  sector.write('dirsync-mark\nhalf the wäy');
  t.equal(markText(sector), 'half the wäy');
  t.equal(markText(Buffer.from('dirsync-mark\n')), '');
  t.equal(markText(Buffer.from('dirsync-mar')), undefined);
});
