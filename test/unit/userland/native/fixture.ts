/** What the tests of the addon share: the addon itself, built when needed, and folders on two file systems. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { buildAddon } from '../../../../userland/native/build.ts';
import type { Addon, ByteString, Fd } from '../../../../userland/src/native/addon.ts';
import { loadAddon } from '../../../../userland/src/native/load.ts';

await buildAddon();
export const addon: Addon = loadAddon();

export const isRoot = process.getuid?.() === 0;

/** An empty folder, opened; both are gone when the test ends. */
export interface Folder {
  readonly path: string;
  readonly fd: Fd;
}

/** `disk` is the checkout's file system, `tmpfs` is /dev/shm. */
export function folder(t: Test, on: 'disk' | 'tmpfs' = 'disk'): Folder {
  const base = on === 'disk' ? join(import.meta.dirname, '../../../../build/test') : '/dev/shm';
  mkdirSync(base, { recursive: true });
  const path = mkdtempSync(join(base, 'dirsync-unit-'));
  const fd = addon.openRoot(path);
  t.teardown(() => {
    addon.close(fd);
    rmSync(path, { recursive: true, force: true });
  });
  return { path, fd };
}

/** A byte string as a path for node:fs. */
export function pathOf(dir: string, name: ByteString): Buffer {
  return Buffer.concat([Buffer.from(`${dir}/`), Buffer.from(name, 'latin1')]);
}

/** Names that have broken tools: bytes that are no UTF-8, controls, quotes, a leading dash, the longest one. */
export const ODD_NAMES: readonly ByteString[] = [
  '\xff\xfe',
  'new\nline',
  '-rf',
  ' ',
  '"\'\\',
  '\x01\x7f\x80',
  '...',
  'caf\xc3\xa9',
  'cafe\xcc\x81',
  'x'.repeat(255),
];
