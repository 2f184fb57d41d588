/** Directories that come, go and change their names while they are being watched. */
import type { Scenario } from './scenario.ts';

/** Trees of three levels with a file at the bottom. */
function trees(...names: readonly string[]): string {
  return names.map((name) => `mkdir -p ${name}/deep/er; echo ${name} > ${name}/deep/er/file`).join('; ');
}

const FILES = 'for n in f g h; do echo "this is $n" > $n; done';

/** Nothing but their content tells them apart. */
const TWINS = 'echo one > a; echo two > b; touch -d @1000000000 a b';

export const WATCH_RACES: readonly Scenario[] = [
  {
    name: 'mkdir and a write, back to back',
    act: 'for i in 1 2 3 4 5 6 7 8 9; do mkdir $i; echo $i > $i/file; done',
  },
  {
    name: 'mkdir -p a/b/c/d with files',
    act: 'for i in 1 2 3 4; do mkdir -p $i/b/c/d; echo d > $i/b/c/d/file; echo b > $i/b/file; done',
  },
  {
    name: 'untar of a large tree',
    prepare: `
      cd "$OUTSIDE"; mkdir tree
      for i in 1 2 3 4 5 6 7 8; do for j in 1 2 3 4 5 6; do
        mkdir -p tree/$i/$j; for k in 1 2 3 4 5 6 7; do echo $k > tree/$i/$j/$k; done
      done; done
      tar cf tree.tar tree
    `,
    act: 'tar xf "$OUTSIDE/tree.tar"',
  },
  {
    name: 'a populated directory moved in',
    prepare: `cd "$OUTSIDE"; ${trees('in')}`,
    act: 'mv "$OUTSIDE/in" in; echo more >> in/deep/er/file',
  },
  {
    name: 'a directory removed, recreated, written',
    prepare: trees('a'),
    act: 'for i in 1 2 3 4 5; do rm -r a; mkdir -p a/deep; echo $i > a/deep/file; done',
  },
  {
    name: 'a renamed to b, a new a, both written',
    prepare: trees('a'),
    act: 'mv a b; mkdir -p a/deep; echo "new a" > a/deep/file; echo "in b" > b/deep/file',
    keeps: [['a/deep/er/file', 'b/deep/er/file']],
  },
  {
    name: 'a file a renamed to b, a new a, both written',
    prepare: 'echo old > a',
    act: 'mv a b; echo "new a" > a; echo "more" >> b',
  },
  {
    name: 'a renamed to b, and back to a',
    prepare: trees('a'),
    act: 'mv a b; mv b a; echo again >> a/deep/er/file',
  },
  {
    name: 'a file a renamed to b, and back to a',
    prepare: FILES,
    act: 'for i in 1 2 3 4 5 6 7 8; do mv f t; mv t f; done',
  },
  {
    name: 'a rename, then rm -rf at once',
    prepare: trees('a', 'kept'),
    act: 'mv a b; rm -rf b',
    keeps: [['kept/deep/er/file', 'kept/deep/er/file']],
  },
  {
    name: 'an ancestor renamed, then a write three levels down',
    prepare: trees('a'),
    act: 'mv a b; echo more >> b/deep/er/file; mkdir b/deep/er/new; echo x > b/deep/er/new/file',
  },
  {
    name: 'a directory of any depth renamed: nothing is copied',
    prepare: `${trees('a')}; mkdir elsewhere`,
    act: 'mv a elsewhere/b',
    keeps: [['a/deep/er/file', 'elsewhere/b/deep/er/file']],
  },
  {
    name: 'a directory moved out, then written there',
    prepare: trees('out'),
    act: 'mv out "$OUTSIDE/out"; echo elsewhere > "$OUTSIDE/out/deep/er/file"; mkdir "$OUTSIDE/out/new"',
  },
  {
    name: 'two directories swapped',
    prepare: trees('a', 'b'),
    act: 'mv a t; mv b a; mv t b; echo " was b" >> a/deep/er/file',
    keeps: [['a/deep/er/file', 'b/deep/er/file']],
  },
  {
    name: 'two directories exchanged by RENAME_EXCHANGE',
    prepare: trees('a', 'b'),
    act: 'exchange a b; echo " was b" >> a/deep/er/file',
    keeps: [['a/deep/er/file', 'b/deep/er/file']],
  },
  {
    name: 'directories of different depth exchanged by RENAME_EXCHANGE',
    prepare: trees('a', 'b'),
    act: 'exchange a/deep b; echo x > b/er/new',
  },
  {
    name: 'a file and a directory exchanged by RENAME_EXCHANGE',
    prepare: `${trees('a')}; echo f > f`,
    act: 'exchange a f; echo more >> a; echo more >> f/deep/er/file',
  },
  { name: 'two files exchanged by RENAME_EXCHANGE', prepare: FILES, act: 'exchange f g' },
  {
    name: 'two files of equal size and mtime exchanged by RENAME_EXCHANGE',
    prepare: TWINS,
    act: 'exchange a b',
  },
  {
    name: 'two files of equal size and mtime swapped by renames',
    prepare: TWINS,
    act: 'mv a t; mv b a; mv t b',
  },
  {
    name: 'files of equal size and mtime renamed in a ring, again and again',
    prepare: `${TWINS}; echo six > c; touch -d @1000000000 c`,
    act: 'for i in 1 2 3 4 5 6 7; do mv a t; mv b a; mv c b; mv t c; done',
  },
  {
    name: 'one directory moved into another, which moves',
    prepare: trees('a', 'b'),
    act: 'mv a b/deep/a; mv b c; mv c/deep deep; echo more >> deep/a/deep/er/file',
  },
  {
    name: 'parent and child change places',
    prepare: trees('a'),
    act: 'mv a/deep deep; mv a deep/a; echo more >> deep/er/file',
  },
  {
    name: 'a directory moved into a new one at once',
    prepare: trees('a'),
    act: 'mkdir -p new/er; mv a new/er/a; echo more > new/er/a/deep/file',
  },
  {
    name: 'a directory renamed over an empty one',
    prepare: trees('a'),
    act: 'mkdir empty; exchange a empty; rmdir a',
  },
  {
    name: 'files swapped, and moved aside for a new one',
    prepare: FILES,
    act: 'mv f t; mv g f; mv t g; mv h h.old; echo "new h" > h',
  },
];
