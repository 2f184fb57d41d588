/**
 * Finds and loads the native addon: beside the bundle in the packaged program, in `build/native` in a checkout.
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Addon } from './addon.ts';

/** Folders that may hold `dirsync.node`, relative to this file or, once bundled, to the bundle. */
const FOLDERS = ['.', '../../../build/native'];

let loaded: Addon | undefined;

/** The addon, loaded on the first call. Throws an Error with the code `ADDON_MISSING` when it was not built. */
export function loadAddon(): Addon {
  loaded ??= load();
  return loaded;
}

function load(): Addon {
  const path = FOLDERS.map((folder) => join(import.meta.dirname, folder, 'dirsync.node')).find((file) =>
    existsSync(file),
  );
  if (path === undefined) {
    const message =
      `ADDON_MISSING\n  tried: load dirsync.node\n  found: none in build/native\n` +
      `  try:   node userland/native/build.ts`;
    throw Object.assign(new Error(message), { code: 'ADDON_MISSING' });
  }
  return createRequire(import.meta.url)(path) as Addon;
}
