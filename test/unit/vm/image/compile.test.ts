import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { compileGuestPrograms } from '../../../../vm/image/guest-programs.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

const HELLO = '#include <stdio.h>\n#include "word.h"\nint main(void) { puts(WORD); return 0; }\n';

void t.test('compiles a static program, once', async (t) => {
  const { ctx, folder } = await freshContext(t);
  writeFileSync(join(folder, 'hello.c'), HELLO);
  writeFileSync(join(folder, 'word.h'), '#define WORD "hello"\n');
  const build = async (): ReturnType<typeof compileGuestPrograms> =>
    compileGuestPrograms([join(folder, 'hello.c')], ctx);
  const [first] = await build();
  t.match(first, { name: 'hello', hit: false });
  t.equal((await execa(first?.path ?? '')).stdout, 'hello');
  t.match(await build(), [{ path: first?.path, hit: true }]);

  writeFileSync(join(folder, 'word.h'), '#define WORD "changed"\n');
  const [changed] = await build();
  t.match(changed, { hit: false }, 'a header counts');
  t.equal((await execa(changed?.path ?? '')).stdout, 'changed');
  const withFlag = async (flag: string): ReturnType<typeof compileGuestPrograms> =>
    compileGuestPrograms([join(folder, 'hello.c')], ctx, [flag]);
  t.match(await withFlag('-O2'), [{ hit: false }], 'a flag counts');
  t.match(await withFlag(`-I${folder}`), [{ hit: true }], 'where headers lie does not');
});

void t.test('the same source in another folder gives the same bytes', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const other = await freshContext(t);
  for (const [name, text] of [
    ['hello.c', HELLO],
    ['word.h', '#define WORD __FILE__\n'],
  ] as const) {
    writeFileSync(join(folder, name), text);
  }
  mkdirSync(join(other.folder, 'deeper'));
  cpSync(join(folder, 'hello.c'), join(other.folder, 'deeper', 'hello.c'));
  cpSync(join(folder, 'word.h'), join(other.folder, 'deeper', 'word.h'));
  const [one] = await compileGuestPrograms([join(folder, 'hello.c')], ctx);
  const [two] = await compileGuestPrograms([join(other.folder, 'deeper', 'hello.c')], other.ctx);
  t.equal(one?.key, two?.key);
  t.ok(readFileSync(one?.path ?? '').equals(readFileSync(two?.path ?? '')));
});

void t.test('says what the compiler says', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const source = join(folder, 'broken.c');
  writeFileSync(source, 'int main(void) { return nothing; }\n');
  await t.rejects(compileGuestPrograms([source], ctx), { code: 'COMPILE_FAILED', message: /nothing/ });
  writeFileSync(source, '#include <jsmn.h.absent>\nint main(void) { return 0; }\n');
  await t.rejects(compileGuestPrograms([source], ctx), { code: 'COMPILE_FAILED', message: /jsmn.h.absent/ });
});

void t.test('stops when aborted, and leaves nothing in the cache', async (t) => {
  const { ctx, folder, abort } = await freshContext(t);
  writeFileSync(join(folder, 'hello.c'), 'int main(void) { return 0; }\n');
  abort.abort();
  await t.rejects(compileGuestPrograms([join(folder, 'hello.c')], ctx), /abort|cancel/i);
});
