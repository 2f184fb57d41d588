import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { copyCheckout, whyNoOtherUser } from '../../../../vm/repro/build.ts';
import { CHECKOUT } from '../../../../vm/paths.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

void t.test('a build as another user is left out with a reason', async (t) => {
  // Its folder is one of mkdtemp's, closed to all others.
  const { ctx } = await freshContext(t);
  const expected = process.getuid?.() === 0 ? /^nobody may not read \// : /^only root/;
  t.match(await whyNoOtherUser('nobody', ctx), expected);
});

void t.test('a copy of the checkout has its sources, and nothing that was made of them', async (t) => {
  const copy = join(t.testdir(), 'copy');
  await copyCheckout(copy);
  for (const path of ['package-lock.json', 'vm/repro/build.ts', 'userland/native/build.ts']) {
    t.equal(readFileSync(join(copy, path), 'utf8'), readFileSync(join(CHECKOUT, path), 'utf8'));
  }
  for (const path of ['build', '.git', '.tap']) t.notOk(existsSync(join(copy, path)), path);
  t.ok(existsSync(join(copy, 'node_modules', 'execa')), 'the packages are those of the checkout');
});
