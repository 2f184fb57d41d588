/** Each way in which one entry can change, with or without a close-write. */
import type { Scenario } from './scenario.ts';

export const KINDS_OF_CHANGE: readonly Scenario[] = [
  { name: 'a file created', act: 'echo one > file' },
  { name: 'a file appended to', prepare: 'echo one > file', act: 'echo two >> file' },
  { name: 'a file deleted', prepare: 'echo one > file', act: 'rm file' },
  { name: 'truncate', prepare: 'echo "long content" > file', act: 'truncate -s 4 file' },
  { name: 'truncate to more', prepare: 'echo short > file', act: 'truncate -s 300000 file' },
  { name: 'fallocate', prepare: 'echo short > file', act: 'fallocate -l 8192 file; fallocate -l 4096 new' },
  { name: ': > f', prepare: 'echo content > f', act: ': > f' },
  { name: ': > f of an empty file', prepare: ': > f; touch -d @1000000000 f', act: ': > f' },
  { name: 'symlink', act: 'ln -s target symlink' },
  { name: 'a symlink with another target', prepare: 'ln -s a symlink', act: 'ln -sfn b symlink' },
  { name: 'mknod of a fifo', act: 'mkfifo fifo' },
  { name: 'mknod of a device', act: 'mknod null c 1 3', root: true },
  { name: 'link', prepare: 'echo x > first', act: 'ln first second' },
  {
    name: 'a write through one of two hard links',
    prepare: 'echo x > first; ln first second',
    // Inotify tells of the name that was written through alone.
    act: 'echo more >> first; touch second',
  },
  {
    name: 'chmod only: data is not copied again',
    prepare: 'echo x > file',
    act: 'chmod 4751 file',
    keeps: [['file', 'file']],
  },
  {
    name: 'chown only: data is not copied again',
    prepare: 'echo x > file; chmod 4755 file',
    act: 'chown 123:456 file',
    keeps: [['file', 'file']],
    root: true,
  },
  { name: 'mtime only', prepare: 'echo x > file', act: 'touch -d @86400 file' },
  {
    name: 'mode and mtime of a directory only',
    prepare: 'mkdir directory; echo x > directory/file',
    act: 'chmod 2711 directory; touch -d @86400 directory',
    keeps: [['directory/file', 'directory/file']],
  },
  { name: 'the mtime of a directory alone', prepare: 'mkdir directory', act: 'touch -m -d @86400 directory' },
  {
    name: 'save by temporary file and rename',
    prepare: 'echo "version 0" > document',
    act: 'for i in 1 2 3 4 5 6; do echo "version $i" > .document.tmp; mv .document.tmp document; done',
  },
  {
    name: 'save by moving the old file aside',
    prepare: 'echo "version 0" > document',
    act: 'for i in 1 2 3; do mv document document~; echo "version $i" > document; rm document~; done',
  },
  {
    name: 'created and deleted within a millisecond',
    act: 'i=0; while [ $i -lt 100 ]; do echo brief > $i; rm $i; i=$((i+1)); done',
  },
  {
    name: 'mv f g; cp new f',
    prepare: 'echo old > f; echo new > new',
    act: 'mv f g; cp new f',
    keeps: [['f', 'g']],
  },
  {
    name: 'a file renamed into another directory',
    prepare: 'mkdir a b; echo x > a/file',
    act: 'mv a/file b/renamed',
    keeps: [['a/file', 'b/renamed']],
  },
  { name: 'a file moved in', prepare: 'echo x > "$OUTSIDE/in"', act: 'mv "$OUTSIDE/in" in' },
  {
    name: 'another file of equal size and mtime moved in over one',
    prepare:
      'echo one > file; touch -d @1000000000 file; echo two > "$OUTSIDE/in"; touch -d @1000000000 "$OUTSIDE/in"',
    act: 'mv "$OUTSIDE/in" file',
  },
  { name: 'a file moved out', prepare: 'echo x > out', act: 'mv out "$OUTSIDE/out"' },
  {
    name: 'a tree copied and another removed in the same moment',
    prepare: 'mkdir -p a/b; for i in 1 2 3 4 5 6 7 8 9; do echo $i > a/$i; echo $i > a/b/$i; done; cp -r a c',
    act: 'cp -a a d; rm -r c',
  },
];
