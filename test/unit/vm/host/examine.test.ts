import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { examine, findCommand } from '../../../../vm/host/examine.ts';

const PACKAGES = { debian: 'p', fedora: 'p', arch: 'p' };

void t.test('what is there is found, with its version or its place; what is not, is not', async (t) => {
  const findings = await examine([
    { command: 'sh', why: 'x', packages: PACKAGES },
    { command: 'no-such-program-at-all', why: 'x', packages: PACKAGES },
    { header: 'stdio.h', why: 'x', packages: PACKAGES },
    { header: 'no/such.h', why: 'x', packages: PACKAGES },
    { command: 'sh', why: 'again', packages: PACKAGES },
  ]);
  t.same(
    findings.map(({ name, present }) => [name, present]),
    [
      ['sh', true],
      ['no-such-program-at-all', false],
      ['stdio.h', true],
      ['no/such.h', false],
    ],
    'each one once',
  );
  t.match(findings[2]?.found, /^\/usr\/include.*stdio\.h$/);
});

void t.test('a command is taken from PATH in its order, and must be executable', async (t) => {
  const dir = t.testdir({ a: {}, b: {} });
  await writeFile(join(dir, 'a', 'tool'), '');
  await writeFile(join(dir, 'b', 'tool'), '');
  await chmod(join(dir, 'b', 'tool'), 0o755);
  t.equal(await findCommand('tool', `${dir}/a:${dir}/b`), join(dir, 'b', 'tool'));
});
