import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { createArtifacts, writeCommands, writeRecord } from '../../../../vm/qemu/artifacts.ts';

void t.test('guests of one name get folders of their own, also when they start at once', async (t) => {
  const runDir = join(t.testdir(), 'new', 'run');
  const made = await Promise.all(['vm', 'vm', 'vm'].map((name) => createArtifacts(runDir, name)));
  t.strictSame(made.map(({ name }) => name).toSorted(), ['vm', 'vm-2', 'vm-3']);
});

void t.test('what is written can be read again', async (t) => {
  const artifacts = await createArtifacts(t.testdir(), 'vm');
  await writeCommands(artifacts, 'qemu exact', 'qemu by-hand');
  t.match(readFileSync(join(artifacts.dir, 'command.txt'), 'utf8'), /\nqemu exact\n[^]*\nqemu by-hand\n$/);
  await writeRecord(artifacts, { verdict: 'PASS' });
  t.strictSame(JSON.parse(readFileSync(join(artifacts.dir, 'vm.json'), 'utf8')), { verdict: 'PASS' });
});
