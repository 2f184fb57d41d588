import t from 'tap';
import { parseLdd, sharedLibraries } from '../../../../vm/image/shared-libraries.ts';

const { signal } = new AbortController();

void t.test('reads what ldd prints', async (t) => {
  const output = [
    '\tlinux-vdso.so.1 (0x00007ffd4e5f2000)',
    '\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f0a1b000000)',
    '\tlibgone.so.1 => not found',
    '\t/lib64/ld-linux-x86-64.so.2 (0x00007f0a1b400000)',
  ].join('\n');
  t.strictSame(parseLdd(output), {
    paths: ['/lib/x86_64-linux-gnu/libm.so.6', '/lib64/ld-linux-x86-64.so.2'],
    missing: ['libgone.so.1'],
  });
});

void t.test('finds the libraries of Node, with the loader', async (t) => {
  const libraries = await sharedLibraries(process.execPath, signal);
  const paths = libraries.map(({ path }) => path);
  t.ok(paths.some((path) => path.endsWith('/libc.so.6')));
  t.ok(paths.some((path) => path.includes('/ld-linux')));
});

void t.test('a static program needs none, an absent file is an error', async (t) => {
  t.strictSame(await sharedLibraries('/bin/busybox', signal), []);
  await t.rejects(sharedLibraries('/no/such/program', signal), { code: 'LDD_FAILED' });
});
