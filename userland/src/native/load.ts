/** Finds and loads the native addon: inside of the packaged program, or in `build/native` of a checkout. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Addon } from './addon.ts';

const NAME = 'dirsync.node';

let loaded: Addon | undefined;

/**
 * The addon, loaded on the first call. Throws an Error with the code `ADDON_MISSING` when it was not built, or
 * `ADDON_NOT_LOADED` when the packaged program finds no folder from which it may be loaded.
 */
export function loadAddon(): Addon {
  const packaged = (globalThis as { packagedAddon?: string }).packagedAddon;
  loaded ??= packaged === undefined ? loadFile(checkoutPath()) : loadPackaged(packaged);
  return loaded;
}

function checkoutPath(): string {
  const path = join(import.meta.dirname, '../../../build/native', NAME);
  if (existsSync(path)) return path;
  throw addonError('ADDON_MISSING', `load ${path}`, 'no such file', 'node userland/native/build.ts');
}

function loadFile(path: string): Addon {
  const module = { exports: {} };
  process.dlopen(module, path);
  return module.exports as Addon;
}

/**
 * Packaging puts the bytes of the addon, in base64, in front of the program. The dynamic linker needs a real file: each
 * start has its own, gone once it is loaded, for two that share one could load half of it.
 */
function loadPackaged(base64: string): Addon {
  const bytes = Buffer.from(base64, 'base64');
  const failures: string[] = [];
  // A folder may be missing, read-only or mounted noexec.
  for (const folder of [process.env['PKG_NATIVE_CACHE_PATH'], tmpdir(), '/dev/shm', '/run']) {
    if (folder === undefined || folder === '') continue;
    try {
      return loadCopy(bytes, folder);
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  const hint = 'TMPDIR=<a writable folder that is not mounted noexec>';
  throw addonError('ADDON_NOT_LOADED', `load a copy of ${NAME}`, failures.join('; '), hint);
}

function loadCopy(bytes: Uint8Array, folder: string): Addon {
  const own = mkdtempSync(join(folder, 'dirsync-'));
  try {
    const path = join(own, NAME);
    writeFileSync(path, bytes, { mode: 0o700 });
    return loadFile(path);
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function addonError(code: string, tried: string, found: string, hint: string): Error {
  return Object.assign(new Error(`${code}\n  tried: ${tried}\n  found: ${found}\n  try:   ${hint}`), {
    code,
  });
}
