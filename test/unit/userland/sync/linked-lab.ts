/** A linker on real directories, with a real context: only who calls is another one. */
import type { Test } from 'tap';
import { compareEntry } from '../../../../userland/src/compare/entry.ts';
import type { Difference } from '../../../../userland/src/compare/difference.ts';
import type { DirectoryNode } from '../../../../userland/src/detect/watch-tree.ts';
import { HINT } from '../../../../userland/src/dirty/dirty-set.ts';
import { Busy } from '../../../../userland/src/sync/busy.ts';
import { Linker } from '../../../../userland/src/sync/linker.ts';
import { Opener } from '../../../../userland/src/sync/opener.ts';
import type { Lab } from '../../../helpers/syncer.ts';
import { syncContext } from '../../../helpers/sync-context.ts';

const nothing = (): void => undefined;

/** `onDone` is called at the end of each search. */
export function linkedLab(t: Test, lab: Lab, onDone: () => void = nothing) {
  const context = syncContext(t, lab);
  const { addon, policy, tree } = context;
  const opener = new Opener(context, null, nothing, nothing);
  const linker = new Linker(context, opener, new Busy<DirectoryNode>(), onDone);
  const pair = opener.openPair(tree.root, false);
  t.teardown(() => pair.release());
  const judge = (name: string): Difference | null => {
    const found = compareEntry(addon, pair.source, pair.destination, name, policy, () => false);
    if (found === null) throw new Error(`${name} is missing`);
    return linker.judge(pair, tree.root, found, HINT.NONE);
  };
  return { context, linker, judge };
}
