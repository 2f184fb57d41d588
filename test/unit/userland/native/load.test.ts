import { cpSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import t from 'tap';
import { isSystemError } from '../../../../userland/src/native/addon.ts';
import { addon, folder } from './fixture.ts';

void t.test('a checkout without the addon says how to build it', async (t) => {
  const dir = t.testdir({});
  const copy = join(dir, 'userland/src/native/load.ts');
  cpSync(resolve(import.meta.dirname, '../../../../userland/src/native/load.ts'), copy);
  const { loadAddon } = (await import(pathToFileURL(copy).href)) as { loadAddon: () => void };
  t.throws(() => loadAddon(), {
    code: 'ADDON_MISSING',
    message: new RegExp(`${dir}/build/native/dirsync.node[^]*node userland/native/build.ts`),
  });
});

void t.test('system errors are told from others, and by their codes', async (t) => {
  const { fd } = folder(t);
  let error: unknown;
  try {
    addon.openFile(fd, 'absent');
  } catch (caught) {
    error = caught;
  }
  t.ok(isSystemError(error));
  t.ok(isSystemError(error, 'EACCES', 'ENOENT'));
  t.notOk(isSystemError(error, 'EACCES'));
  t.notOk(isSystemError(new Error('ENOENT')));
  t.notOk(isSystemError({ code: 'ENOENT', syscall: 'open' }));
});
