import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { REQUIREMENTS } from '../../../vm/commands/requirements.ts';
import { CHECKOUT } from '../../../vm/paths.ts';

/** In every Debian, and of no use to name. */
const ESSENTIAL = new Set(['apt', 'dpkg']);

void t.test('the container has every package that the doctor asks for', (t) => {
  const words = new Set(readFileSync(join(CHECKOUT, 'ci', 'Containerfile'), 'utf8').split(/\s+/));
  for (const { packages } of REQUIREMENTS) {
    for (const name of packages.debian.split(' ').filter((word) => !ESSENTIAL.has(word)))
      t.ok(words.has(name), name);
  }
  t.end();
});
