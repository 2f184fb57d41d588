import t from 'tap';
import { whyNoOtherUser } from '../../../../vm/repro/build.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

void t.test('a build as another user is left out with a reason', async (t) => {
  // Its folder is one of mkdtemp's, closed to all others.
  const { ctx } = await freshContext(t);
  const expected = process.getuid?.() === 0 ? /^nobody may not read \// : /^only root/;
  t.match(await whyNoOtherUser('nobody', ctx), expected);
});
