import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { interpreterOf } from '../../../../vm/image/elf.ts';

void t.test('the loader of dynamic executables, as readelf names it', async (t) => {
  const { stdout } = await execa('readelf', ['--program-headers', process.execPath]);
  const named = /interpreter: (\S+)\]/.exec(stdout)?.[1];
  t.type(named, 'string');
  t.equal(await interpreterOf(process.execPath), named);
});

void t.test('none for static executables, scripts and cut-off files', async (t) => {
  const folder = t.testdir();
  const path = join(folder, 'file');
  t.equal(await interpreterOf('/bin/busybox'), undefined);
  for (const content of ['', '#!/bin/sh\n', '\x7fELF', `\x7fELF\x02${'\0'.repeat(59)}`]) {
    writeFileSync(path, content);
    t.equal(await interpreterOf(path), undefined, JSON.stringify(content));
  }
  await t.rejects(interpreterOf(join(folder, 'absent')), { code: 'ENOENT' });
});
