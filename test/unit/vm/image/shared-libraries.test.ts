import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { parseList, sharedLibraries } from '../../../../vm/image/shared-libraries.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

void t.test('reads what a loader lists', async (t) => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffd4e5f2000)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f0a1b000000)',
    '\tlibgone.so.1 => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f0a1b400000)',
  ].join('\n');
  t.strictSame(parseList(output), {
    paths: ['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2'],
    missing: ['libgone.so.1'],
  });
});

void t.test('finds the libraries of Node as ldd does', async (t) => {
  const { ctx } = await freshContext(t);
  const libraries = await sharedLibraries(process.execPath, ctx);
  const { stdout } = await execa('ldd', [process.execPath], { env: { LC_ALL: 'C' } });
  t.strictSame(
    libraries.map(({ path }) => path),
    parseList(stdout).paths,
  );
  t.ok(libraries.some(({ path }) => path.endsWith('/libc.so.6')));
  t.ok(libraries.some(({ path }) => path.includes('/ld-linux')));
});

void t.test('a static program and a script need none', async (t) => {
  const { ctx, folder } = await freshContext(t);
  writeFileSync(join(folder, 'script'), '#!/bin/sh\n');
  t.strictSame(await sharedLibraries('/bin/busybox', ctx), []);
  t.strictSame(await sharedLibraries(join(folder, 'script'), ctx), []);
});

void t.test('a library that the host lacks is an error that names it', async (t) => {
  const { ctx, folder } = await freshContext(t);
  writeFileSync(join(folder, 'library.c'), 'int f(void) { return 1; }\n');
  writeFileSync(join(folder, 'program.c'), 'int f(void); int main(void) { return f(); }\n');
  await execa('cc', ['-shared', '-fPIC', '-o', 'libgone.so', 'library.c'], { cwd: folder });
  await execa('cc', ['-o', 'program', 'program.c', '-L.', '-lgone'], { cwd: folder });
  rmSync(join(folder, 'libgone.so'));
  await t.rejects(sharedLibraries(join(folder, 'program'), ctx), {
    code: 'LIBRARY_MISSING',
    message: /libgone\.so/,
  });
});
