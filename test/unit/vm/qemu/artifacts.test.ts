import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import {
  createArtifacts,
  readRecords,
  UNJUDGED,
  writeCommands,
  writeRecord,
} from '../../../../vm/qemu/artifacts.ts';

void t.test('guests of one name get folders of their own, also when they start at once', async (t) => {
  const runDir = join(t.testdir(), 'new', 'run');
  const made = await Promise.all(['vm', 'vm', 'vm'].map((name) => createArtifacts(runDir, name)));
  t.strictSame(made.map(({ name }) => name).toSorted(), ['vm', 'vm-2', 'vm-3']);
});

void t.test('what is written can be read again', async (t) => {
  const runDir = t.testdir();
  const artifacts = await createArtifacts(runDir, 'vm');
  await writeCommands(artifacts, 'qemu exact', 'qemu by-hand');
  t.match(readFileSync(join(artifacts.dir, 'command.txt'), 'utf8'), /\nqemu exact\n[^]*\nqemu by-hand\n$/);
  const record = { name: 'vm', ...UNJUDGED, commandLine: 'qemu exact', rerun: 'qemu by-hand' };
  await writeRecord(artifacts, record);
  t.strictSame(await readRecords(runDir), [{ ...record, dir: artifacts.dir }]);
  await writeRecord(artifacts, { ...record, verdict: 'PASS' });
  t.match(await readRecords(runDir), [{ verdict: 'PASS' }], 'the end replaces what was assumed');
});
