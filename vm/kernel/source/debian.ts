/**
 * The 6.1 long-term tree as Debian packages it (`linux-source-6.1`): downloaded and verified by apt, unpacked without
 * being installed, so it needs no root.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { InfraError } from '../../errors.ts';
import { lastLines, mustRun, runTool } from '../../host/tool.ts';
import { pristineTree } from './pristine.ts';
import { fileHash } from '../../host/file-hash.ts';
import type { KernelSource } from './source.ts';
import { unpackTarball } from './unpack.ts';

export const DEBIAN_PACKAGE = 'linux-source-6.1';

/**
 * Downloads the package, takes the tarball out of it and unpacks that, unless its content is in the cache.
 *
 * @throws `InfraError` `SOURCE_UNREACHABLE` when apt has no such package or cannot get it, and what `unpackTarball` throws
 */
export async function fetchFromDebian(ctx: Context): Promise<KernelSource> {
  return ctx.cache.scratch(async (scratch) => {
    const deb = await downloadDeb(scratch, ctx);
    const unpacked = join(scratch, 'deb');
    await mustRun('dpkg-deb', ['--extract', deb, unpacked], { signal: ctx.signal });
    const tarball = join(unpacked, 'usr', 'src', `${DEBIAN_PACKAGE}.tar.xz`);
    const version = await mustRun('dpkg-deb', ['--field', deb, 'Version'], { signal: ctx.signal });
    const from = `${DEBIAN_PACKAGE} ${version.stdout.trim()}`;
    const sha256 = await fileHash(tarball);
    return pristineTree({ sha256, hashOf: 'tarball', origin: 'debian', from }, ctx, (linux) =>
      unpackTarball(tarball, linux, ctx),
    );
  });
}

async function downloadDeb(dir: string, ctx: Context): Promise<string> {
  ctx.events.emit({ kind: 'note', text: `apt-get download ${DEBIAN_PACKAGE} (about 140 MB)` });
  // As root, apt downloads as the user _apt, which cannot enter the cache, and warns of it: stay who we are.
  const result = await runTool('apt-get', ['-o', 'APT::Sandbox::User=', 'download', DEBIAN_PACKAGE], {
    signal: ctx.signal,
    cwd: dir,
    env: { LC_ALL: 'C', ...proxies() },
  });
  const deb = (await readdir(dir)).find((name) => name.endsWith('.deb'));
  if (result.exitCode === 0 && deb !== undefined) return join(dir, deb);
  const unknown = result.all.includes('Unable to locate package');
  throw new InfraError({
    code: 'SOURCE_UNREACHABLE',
    tried: `apt-get download ${DEBIAN_PACKAGE}`,
    found: lastLines(result.all, 3) || `exit code ${result.exitCode}`,
    hint: unknown
      ? 'apt-get update; if it stays unknown, this release has no 6.1: use --source <tarball or tree>'
      : 'apt-get update, then run it again, or use --source <tarball or tree>',
  });
}

/** apt reads these from the environment; they change where the bytes come from, not which. */
function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}
