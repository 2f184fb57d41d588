import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { buildAddon } from '../../../../userland/native/build.ts';

const hash = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

void t.test('the same inputs give the same bytes in any folder, and are compiled once', async (t) => {
  const dir = t.testdir({});
  const [one, two] = await Promise.all([
    buildAddon({ outDir: join(dir, 'one') }),
    buildAddon({ outDir: join(dir, 'a-longer-name') }),
  ]);
  t.equal(hash(one), hash(two));
  t.notMatch(readFileSync(one, 'latin1'), dir, 'no path of this machine inside');

  const { mtimeNs } = statSync(one, { bigint: true });
  await buildAddon({ outDir: join(dir, 'one') });
  t.equal(statSync(one, { bigint: true }).mtimeNs, mtimeNs, 'up to date: left alone');

  const before = hash(one);
  truncateSync(one, 1000);
  await buildAddon({ outDir: join(dir, 'one') });
  t.equal(hash(one), before, 'cut off: made again');
});

void t.test('other flags are other inputs', async (t) => {
  const outDir = t.testdir({});
  const path = await buildAddon({ outDir, env: { CFLAGS: '-O0' } });
  const before = hash(path);
  await buildAddon({ outDir, env: { CFLAGS: '-O1' } });
  t.not(hash(path), before);
});

void t.test('what goes wrong is said, and leaves nothing', async (t) => {
  const outDir = t.testdir({});
  await t.rejects(buildAddon({ outDir, env: { CC: 'no-such-cc' } }), {
    code: 'NO_COMPILER',
    message: /run no-such-cc[^]*apt-get install gcc/,
  });
  await t.rejects(buildAddon({ outDir, env: { CFLAGS: '-include nothing.h' } }), {
    code: 'COMPILE_FAILED',
    message: /nothing\.h/,
  });
  const aborted = AbortSignal.abort(new Error('Ctrl+C'));
  await t.rejects(buildAddon({ outDir, signal: aborted }), { message: 'Ctrl+C' });
  t.strictSame(readdirSync(outDir), []);
});
