import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { findQemu, parseQemuVersion } from '../../../../vm/qemu/find-qemu.ts';

function withQemu(dir: string, script: string): NodeJS.ProcessEnv {
  const path = join(dir, 'qemu-system-x86_64');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `/nonexistent:${dir}` };
}

void t.test('versions as distributions print them', async (t) => {
  t.match(parseQemuVersion('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\nCopyright'), {
    major: 7,
    text: '7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)',
  });
  t.match(parseQemuVersion('QEMU emulator version 10.1.0'), { major: 10, text: '10.1.0' });
  t.equal(parseQemuVersion('bash: qemu: not found'), undefined);
});

void t.test('finds the first on PATH', async (t) => {
  const dir = t.testdir();
  const qemu = await findQemu(withQemu(dir, 'echo QEMU emulator version 8.0.1'));
  t.strictSame(qemu, { path: join(dir, 'qemu-system-x86_64'), version: '8.0.1' });
});

void t.test('is asked once, unless it had no answer', async (t) => {
  const dir = t.testdir();
  const asked = join(dir, 'asked');
  const count = `echo >>${asked}`;
  await t.rejects(findQemu(withQemu(dir, `${count}; exit 1`)), { code: 'QEMU_UNUSABLE' });
  const env = withQemu(dir, `${count}; echo QEMU emulator version 8.0.1`);
  const qemu = await findQemu(env);
  t.strictSame(await findQemu(env), qemu);
  t.equal(readFileSync(asked, 'utf8'), '\n\n');
});

void t.test('none on PATH: names the package', async (t) => {
  await t.rejects(findQemu({ PATH: t.testdir() }), {
    code: 'QEMU_MISSING',
    verdict: 'INFRA',
    hint: /apt-get install qemu-system-x86 /,
  });
  await t.rejects(findQemu({}), { code: 'QEMU_MISSING', found: /PATH is not set/ });
});

void t.test('too old, broken, or something else', async (t) => {
  const unusable = { code: 'QEMU_UNUSABLE', verdict: 'INFRA' };
  await t.rejects(findQemu(withQemu(t.testdir(), 'echo QEMU emulator version 5.2.0')), unusable);
  await t.rejects(findQemu(withQemu(t.testdir(), 'exit 127')), unusable);
  await t.rejects(findQemu(withQemu(t.testdir(), 'echo hello')), unusable);
});
