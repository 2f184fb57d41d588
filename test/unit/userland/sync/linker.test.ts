import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DIFF } from '../../../../userland/src/metadata/records.ts';
import { Lab } from '../../../helpers/syncer.ts';
import { linkedLab } from './linked-lab.ts';

void t.test('names that wait for one that is not written after all become dirty', (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'a'), 'content');
  linkSync(join(lab.source, 'a'), join(lab.source, 'b'));
  const { context, linker, judge } = linkedLab(t, lab);
  t.ok((judge('a')?.diff ?? 0) & DIFF.MISSING, 'a is to be written');
  t.equal(judge('b'), null, 'b waits for it');
  linker.search.ready();
  linkSync(join(lab.source, 'a'), join(lab.dir, 'outside'));
  t.equal(judge('a'), null, 'a third name has to be found first');
  t.ok(context.dirty.take(context.now())?.names.has('b'), 'so b is looked at again');
  t.end();
});
