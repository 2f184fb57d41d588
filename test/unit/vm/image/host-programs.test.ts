import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { busyboxApplets, findHostProgram } from '../../../../vm/image/host-programs.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

void t.test('busybox is asked for its applets once, until it is another one', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const busybox = join(folder, 'busybox');
  const calls = join(folder, 'calls');
  const install = (applets: string): void => {
    writeFileSync(busybox, `#!/bin/sh\necho asked >> '${calls}'\nprintf 'busybox\\n${applets}\\n'\n`);
    chmodSync(busybox, 0o755);
  };
  install('sh\\nmount');
  t.strictSame(await busyboxApplets(busybox, ctx), ['sh', 'mount']);
  t.strictSame(await busyboxApplets(busybox, ctx), ['sh', 'mount']);
  t.equal(readFileSync(calls, 'utf8'), 'asked\n');
  install('sh');
  t.strictSame(await busyboxApplets(busybox, ctx), ['sh']);
});

void t.test('a program that is needed and absent is named, with what it is for', async (t) => {
  t.match(await findHostProgram('mke2fs'), /\/mke2fs$/);
  await t.rejects(findHostProgram('no-such-program'), {
    code: 'PROGRAM_MISSING',
    message: /no-such-program, to pack it/,
    hint: 'npm run vm:doctor',
  });
});
