import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { Cache } from '../../../../vm/cache.ts';
import { memorySink } from '../../../../vm/events.ts';
import type { KernelBuild } from '../../../../vm/kernel/build.ts';
import { readSeries } from '../../../../vm/kernel/series.ts';
import { readProject } from '../../../../vm/project.ts';
import { manifestChanges, manifestOf, readManifest, writeManifest } from '../../../../vm/results/manifest.ts';
import { MANIFEST } from './run.ts';

void t.test('what is written is read again', async (t) => {
  const dir = t.testdir();
  await writeManifest(dir, MANIFEST);
  t.same(await readManifest(join(dir, 'manifest.json')), MANIFEST);
});

void t.test(
  'every patch of the series is named, also those that the kernel at hand knows nothing of',
  async (t) => {
    const dir = t.testdir();
    const { seriesDir } = readProject();
    const series = await readSeries(seriesDir);
    // As the cache has it: a manifest of the build, which read no documentation.
    const { patches: _none, ...manifest } = MANIFEST.kernels['plain']!;
    const kernel = { manifest } as unknown as KernelBuild;
    const written = await manifestOf(
      {
        runDir: dir,
        started: new Date(),
        prepared: {
          kernels: new Map([
            ['plain', kernel],
            ['stock', kernel],
          ]),
          initramfs: { path: '/initramfs', sha256: MANIFEST.initramfs },
        },
        series,
        accel: { name: 'tcg', why: 'asked for' },
        qemuVersion: '7.2',
        options: MANIFEST.options,
      },
      { cache: await Cache.open(dir), events: memorySink(), signal: new AbortController().signal },
    );
    const names = (await readdir(seriesDir)).filter((name) => name.endsWith('.patch')).toSorted();
    const hashes = await Promise.all(names.map((name) => readFile(join(seriesDir, name))));
    t.same(
      written.kernels['plain']?.patches,
      names.map((name, index) => ({
        name,
        sha256: createHash('sha256')
          .update(hashes[index] ?? '')
          .digest('hex'),
      })),
    );
    t.same(written.kernels['stock']?.patches, [], 'which it is without');
  },
);

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
