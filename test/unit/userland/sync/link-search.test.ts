import { linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { Lab } from '../../../helpers/syncer.ts';
import { linkedLab } from './linked-lab.ts';

/** More searches than anybody waits for. */
const MANY = 40;

void t.test(
  'a directory that is never where the tree has it keeps no name from being mirrored',
  async (t) => {
    const lab = new Lab(t);
    writeFileSync(join(lab.source, 'a'), 'content');
    mkdirSync(join(lab.source, 'elsewhere'));
    linkSync(join(lab.source, 'a'), join(lab.source, 'elsewhere/b'));
    let done = Promise.withResolvers<void>();
    const { context, linker, judge } = linkedLab(t, lab, () => done.resolve());
    const { dirty, now, tree } = context;
    linker.search.ready();
    const lost = tree.childOf(tree.root, 'lost');
    let searches = 0;
    /** Lets it be looked for until something can be done about the name. */
    const look = async (): Promise<void> => {
      for (searches = 0; judge('a') === null && searches < MANY;) {
        if (linker.search.running) {
          await done.promise;
          done = Promise.withResolvers();
          searches += 1;
        }
        await delay(Math.max(0, (dirty.nextDue() ?? 0) - now()));
        dirty.take(now());
      }
    };
    await look();
    t.ok(searches > 1, 'it is looked for more than once');
    t.ok(searches < MANY, 'and not for ever');

    tree.detach(lost);
    tree.takeDetached();
    tree.childOf(tree.root, 'elsewhere');
    linker.search.rested();
    t.strictSame(
      [...(dirty.take(now())?.names.keys() ?? [])],
      ['a'],
      'when all is done it is looked at again',
    );
    await look();
    t.ok(linker.knows(tree.childOf(tree.root, 'elsewhere'), 'b'), 'and its other name is found');
  },
);
