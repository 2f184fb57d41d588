import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { manifestChanges, readManifest, writeManifest } from '../../../../vm/results/manifest.ts';
import { MANIFEST } from './run.ts';

void t.test('what is written is read again', async (t) => {
  const dir = t.testdir();
  await writeManifest(dir, MANIFEST);
  t.same(await readManifest(join(dir, 'manifest.json')), MANIFEST);
});

void t.test('what is none says so', async (t) => {
  const path = join(t.testdir(), 'manifest.json');
  await t.rejects(readManifest(path), { code: 'BAD_MANIFEST', verdict: 'USAGE', found: /ENOENT/ });
  await writeFile(path, '{"manifest": 2}');
  await t.rejects(readManifest(path), { code: 'BAD_MANIFEST', found: /manifest/ });
});

void t.test('changes are named one by one; when and where a run was is none', (t) => {
  t.same(
    manifestChanges(MANIFEST, { ...MANIFEST, started: '2027-01-01T00:00:00.000Z', repeat: 'other' }),
    [],
  );
  const now = {
    ...MANIFEST,
    checkout: { ...MANIFEST.checkout, dirty: true },
    host: { ...MANIFEST.host, qemu: '9.2' },
    kernels: { plain: { ...MANIFEST.kernels['plain']!, patches: [] } },
  };
  const changes = manifestChanges(MANIFEST, now);
  t.match(changes, [
    'checkout.dirty: false then, true now',
    /^kernels\.plain\.patches\.0\.name: "0001-a\.patch" then, absent now$/,
    /^kernels\.plain\.patches\.0\.sha256: /,
    'host.qemu: "7.2" then, "9.2" now',
  ]);
  t.end();
});
