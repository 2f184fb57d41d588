import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { findCommand } from '../../../../vm/host/find-command.ts';

void t.test('a command is taken from PATH in its order, and must be executable', async (t) => {
  const dir = t.testdir({ a: {}, b: {} });
  await writeFile(join(dir, 'a', 'tool'), '');
  await writeFile(join(dir, 'b', 'tool'), '');
  await chmod(join(dir, 'b', 'tool'), 0o755);
  t.equal(await findCommand('tool', `${dir}/a:${dir}/b`), join(dir, 'b', 'tool'));
  t.equal(await findCommand('tool', `${dir}/a`), undefined);
});

void t.test('the system folders are searched, whatever PATH says', async (t) => {
  t.match(await findCommand('mke2fs', ''), /sbin\/mke2fs$/);
});
