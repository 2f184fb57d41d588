/**
 * A small tree, and a change of each kind to it: what the sweeps interrupt at every step.
 *
 * Each change has names of its own, and each content is another one, so that what is found at any moment says where it
 * came from.
 */
import {
  chmodSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { AT_FDCWD, RENAME } from '../../../userland/src/native/addon.ts';
import { loadAddon } from '../../../userland/src/native/load.ts';

/** More than one piece of those in which a copy is made. */
const LARGE_BYTES = 9 << 20;

/** Makes the tree as it is at first, below the empty folder `root`. */
export function makeTree(root: string): void {
  const at = (path: string): string => join(root, path);
  writeFileSync(at('overwritten'), 'the old content');
  writeFileSync(at('large'), 'was small');
  writeFileSync(at('mode'), 'mode', { mode: 0o644 });
  symlinkSync('here', at('link'));
  writeFileSync(at('file-to-link'), 'a file that becomes a link');
  symlinkSync('there', at('link-to-file'));
  writeFileSync(at('file-to-directory'), 'a file that becomes a directory');
  for (const name of ['directory-to-file', 'gone', 'moved', 'left', 'right']) {
    mkdirSync(at(`${name}/${name}-below`), { recursive: true });
    writeFileSync(at(`${name}/${name}-file`), `in ${name}`);
    writeFileSync(at(`${name}/${name}-below/${name}-deep`), `deep in ${name}`);
  }
  writeFileSync(at('renamed'), 'renamed');
  for (const name of ['written-through', 'parted', 'joined']) writeFileSync(at(name), `at first ${name}`);
  for (const name of ['written-through', 'parted']) linkSync(at(name), at(`${name}-too`));
  execaSync('find', [root, '-exec', 'touch', '-h', '-d', '2020-02-02 02:02:02.123456789', '{}', '+']);
}

/** Makes all the changes; each file at once, by a rename, so that there is no state between that might be copied. */
export function changeTree(root: string): void {
  const at = (path: string): string => join(root, path);
  const put = (path: string, content: string | Buffer): void => {
    writeFileSync(`${root}.put`, content);
    renameSync(`${root}.put`, at(path));
  };
  put('new', 'new');
  put('overwritten', 'the new content');
  put('large', Buffer.alloc(LARGE_BYTES, 'large'));
  writeSparse(`${root}.put`);
  renameSync(`${root}.put`, at('sparse'));
  chmodSync(at('mode'), 0o4755);
  unlinkSync(at('link'));
  symlinkSync('elsewhere', at('link'));
  unlinkSync(at('file-to-link'));
  symlinkSync('a target', at('file-to-link'));
  unlinkSync(at('link-to-file'));
  put('link-to-file', 'a link that has become a file');
  unlinkSync(at('file-to-directory'));
  mkdirSync(at('file-to-directory'), { mode: 0o750 });
  put('file-to-directory/inside', 'inside');
  rmSync(at('directory-to-file'), { recursive: true });
  put('directory-to-file', 'a directory that has become a file');
  mkdirSync(at('tree/deep'), { recursive: true });
  put('tree/deep/file', 'at the bottom');
  chmodSync(at('tree'), 0o750);
  rmSync(at('gone'), { recursive: true });
  execaSync('mkfifo', [at('fifo')]);
  renameSync(at('renamed'), at('new-name'));
  renameSync(at('moved'), at('left/moved'));
  put('left/moved/moved-below/later', 'written after the move');
  loadAddon().renameAt(AT_FDCWD, at('left'), AT_FDCWD, at('right'), RENAME.EXCHANGE);
  writeThrough(at('written-through'), 'now written in place'.padEnd(24));
  put('parted', 'a file of its own');
  linkSync(at('joined'), at('joined-too'));
  utimesSync(at('tree/deep'), 1_000_000_000.5, 1_000_000_000.5);
}

/** Replaces content by as much other content, in one write. */
function writeThrough(path: string, content: string): void {
  const fd = openSync(path, 'r+');
  writeSync(fd, content, 0);
  closeSync(fd);
}

/** Data at both ends, each too much for the short way, and a hole between. */
function writeSparse(path: string): void {
  const data = Buffer.alloc(96 << 10, 'sparse');
  const fd = openSync(path, 'w');
  writeSync(fd, data, 0, data.length, 0);
  writeSync(fd, data, 0, data.length, 4 << 20);
  ftruncateSync(fd, 8 << 20);
  closeSync(fd);
}
