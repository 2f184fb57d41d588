import t from 'tap';
import { examine } from '../../../../vm/host/examine.ts';

const PACKAGES = { debian: 'p', fedora: 'p', arch: 'p' };

void t.test('what is there is found, with its version or its place; what is not, is not', async (t) => {
  const findings = await examine([
    { command: 'sh', why: 'x', packages: PACKAGES },
    { command: 'no-such-program-at-all', why: 'x', packages: PACKAGES },
    { header: 'stdio.h', why: 'x', packages: PACKAGES },
    { header: 'no/such.h', why: 'x', packages: PACKAGES },
    { library: 'libc.a', why: 'x', packages: PACKAGES },
    { library: 'libno-such.a', why: 'x', packages: PACKAGES },
    { command: 'sh', why: 'again', packages: PACKAGES },
    { command: 'gcc', why: 'x', oldest: '999.1', packages: PACKAGES },
  ]);
  t.same(
    findings.map(({ name, present }) => [name, present]),
    [
      ['sh', true],
      ['no-such-program-at-all', false],
      ['stdio.h', true],
      ['no/such.h', false],
      ['libc.a', true],
      ['libno-such.a', false],
      ['gcc', false],
    ],
    'each one once',
  );
  t.match(findings[2]?.found, /^\/usr\/include.*stdio\.h$/);
});
