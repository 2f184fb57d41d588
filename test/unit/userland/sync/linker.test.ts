/** On real directories, with a real context: only who calls is another one. */
import { linkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { compareEntry } from '../../../../userland/src/compare/entry.ts';
import { HINT } from '../../../../userland/src/dirty/dirty-set.ts';
import { DIFF } from '../../../../userland/src/metadata/records.ts';
import { Busy } from '../../../../userland/src/sync/busy.ts';
import type { DirectoryNode } from '../../../../userland/src/detect/watch-tree.ts';
import { Linker } from '../../../../userland/src/sync/linker.ts';
import { Opener } from '../../../../userland/src/sync/opener.ts';
import { Lab } from '../../../helpers/syncer.ts';
import { syncContext } from '../../../helpers/sync-context.ts';

void t.test('names that wait for one that is not written after all become dirty', (t) => {
  const lab = new Lab(t);
  writeFileSync(join(lab.source, 'a'), 'content');
  linkSync(join(lab.source, 'a'), join(lab.source, 'b'));
  const context = syncContext(t, lab);
  const { addon, dirty, policy, tree } = context;
  const opener = new Opener(
    context,
    null,
    () => undefined,
    () => undefined,
  );
  const linker = new Linker(context, opener, new Busy<DirectoryNode>(), () => undefined);
  const pair = opener.openPair(tree.root, false);
  t.teardown(() => pair.release());
  const judge = (name: string) => {
    const found = compareEntry(addon, pair.source, pair.destination, name, policy, () => false);
    if (found === null) throw new Error(`${name} is missing`);
    return linker.judge(pair, tree.root, found, HINT.NONE);
  };
  t.ok((judge('a')?.diff ?? 0) & DIFF.MISSING, 'a is to be written');
  t.equal(judge('b'), null, 'b waits for it');
  linker.search.ready();
  linkSync(join(lab.source, 'a'), join(lab.dir, 'outside'));
  t.equal(judge('a'), null, 'a third name has to be found first');
  t.ok(dirty.take(context.now())?.names.has('b'), 'so b is looked at again');
  t.end();
});
