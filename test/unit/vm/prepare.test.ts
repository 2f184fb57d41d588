import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { type PrepareOptions, prepare } from '../../../vm/prepare.ts';
import { readProject } from '../../../vm/project.ts';
import { freshContext } from '../../helpers/fresh-context.ts';

const OPTIONS: PrepareOptions = { source: 'auto', flavours: ['plain'], jobs: 1, project: readProject() };

void t.test('a kernel that fails stops the image, and the error is that of the kernel', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const options = { ...OPTIONS, source: join(folder, 'no-such-tarball') };
  await t.rejects(prepare(options, ctx), { message: /no-such-tarball/ });
  t.same(await readdir(join(ctx.cache.root, 'scratch')), [], 'nothing half-made is left');
});

void t.test('an interrupt ends both, and its reason is the error', async (t) => {
  const { ctx, abort } = await freshContext(t);
  const reason = new DOMException('interrupted', 'AbortError');
  setImmediate(() => abort.abort(reason));
  await t.rejects(prepare(OPTIONS, ctx), reason);
  t.same(await readdir(join(ctx.cache.root, 'scratch')), [], 'nothing half-made is left');
});
