/** Content and times that a comparison by size and mtime could miss. */
import type { Scenario } from './scenario.ts';

const YEAR_2100 = 4_102_444_800;

export const CONTENT: readonly Scenario[] = [
  {
    name: 'same size within the same tick',
    prepare: 'for i in 1 2 3 4 5; do echo old > $i; done',
    act: 'for i in 1 2 3 4 5; do echo aaa > $i; echo bbb > $i; echo ccc > $i; done',
  },
  {
    name: 'same size within the same second',
    prepare: 'echo old > file',
    act: 'echo one > file; sleep 0.1; echo two > file; touch -d @1000000000 file; sleep 0.1; echo six > file; touch -d @1000000000 file',
  },
  {
    name: 'mtime restored: ctime tells',
    prepare: 'echo old > file; touch -d @1000 file',
    act: 'echo new > file; touch -d @1000 file',
  },
  {
    name: 'written with its mtime restored, then renamed',
    prepare: 'echo old > file; touch -d @1000 file',
    act: 'echo new > file; touch -d @1000 file; mv file renamed',
  },
  {
    name: 'renamed, then written with its mtime restored',
    prepare: 'echo old > file; touch -d @1000 file',
    act: 'mv file renamed; echo new > renamed; touch -d @1000 renamed',
  },
  {
    name: 'written with its mtime restored in a directory that is renamed',
    prepare: 'mkdir -p a/b; echo old > a/b/file; touch -d @1000 a/b/file',
    act: 'echo new > a/b/file; touch -d @1000 a/b/file; mv a c',
  },
  {
    name: 'a directory replaced by one with files of equal size and mtime',
    prepare:
      'mkdir a "$OUTSIDE/b"; echo one > a/file; echo two > "$OUTSIDE/b/file"; touch -d @1000 a/file "$OUTSIDE/b/file"',
    act: 'mv a "$OUTSIDE/gone"; mv "$OUTSIDE/b" a',
  },
  {
    name: 'mtimes in the future, before 1970, after 2038, and in nanoseconds',
    prepare: 'for n in future past late nano; do echo $n > $n; done',
    act: `
      setmtime ${YEAR_2100} 1 future; setmtime -1000 500000000 past; setmtime 2147483648 0 late; setmtime 5 999999999 nano
      ln -s x link; setmtime -1 1 link; mkdir directory; setmtime ${YEAR_2100} 999999999 directory
    `,
  },
  {
    name: 'a sparse file stays sparse',
    prepare: 'truncate -s 20M old',
    act: `
      echo tail | dd of=old bs=1 seek=20000000 conv=notrunc 2> /dev/null
      truncate -s 30M new; echo middle | dd of=new bs=1 seek=10000000 conv=notrunc 2> /dev/null
    `,
    check: '[ "$(du -k old | cut -f 1)" -le 256 ]; [ "$(du -k new | cut -f 1)" -le 256 ]',
  },
];
