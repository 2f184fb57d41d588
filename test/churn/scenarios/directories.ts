/** What happens to a directory, and to the type of an entry. */
import { isDirectory, type World } from '../world.ts';
import { createSomewhere, type Scenario } from './scenario.ts';

/** As `mkdir -p`, with files at once at some of the levels. */
export function plant(world: World, path: string): void {
  const { random } = world;
  let level = path;
  for (let left = 1 + random.below(4); left > 0; left -= 1) {
    world.emit({ op: 'mkdir', path: level, mode: world.directoryMode() });
    for (let files = random.below(3); files > 0; files -= 1)
      world.emit({
        op: 'create',
        path: `${level}/${'xyz'[files]}`,
        mode: world.fileMode(),
        ...world.content(),
      });
    level = `${level}/${random.pick(['a', 'b', 'c'])}`;
  }
}

function makeDirectories(world: World): void {
  const path = world.free();
  if (path === undefined || path.split('/').length > 5) return;
  plant(world, path);
}

function recreate(world: World): void {
  const found = world.subdirectory();
  if (found === undefined) return;
  world.emit({ op: 'remove', path: found.path });
  if (world.fitsAt(found, found.path) && found.path.split('/').length <= 5) plant(world, found.path);
}

/** What an entry can become. */
const BECOME: readonly ((world: World, path: string) => void)[] = [
  (world, path) => world.emit({ op: 'create', path, mode: world.fileMode(), ...world.content() }),
  (world, path) => world.emit({ op: 'mkdir', path, mode: world.directoryMode() }),
  (world, path) => {
    world.emit({ op: 'mkdir', path, mode: world.directoryMode() });
    world.emit({ op: 'create', path: `${path}/inner`, mode: world.fileMode(), ...world.content() });
  },
  (world, path) =>
    world.emit({ op: 'symlink', path, to: world.random.pick(['a', 'b', '../c', 'nowhere', '.']) }),
  (world, path) => world.emit({ op: 'fifo', path, mode: world.fileMode() }),
];

function retype(world: World): void {
  const found = world.entry();
  if (found === undefined) return;
  world.emit({ op: 'remove', path: found.path });
  world.random.pick(BECOME)(world, found.path);
}

export const DIRECTORIES = {
  mkdir: { weight: 7, play: makeDirectories },
  rmdir: {
    weight: 2,
    play: (world) => {
      const empty = world.entry((node) => isDirectory(node) && node.children.size === 0);
      if (empty !== undefined) world.emit({ op: 'rmdir', path: empty.path });
    },
  },
  unlink: {
    weight: 5,
    play: (world) => {
      const found = world.entry((node) => !isDirectory(node));
      if (found !== undefined) world.emit({ op: 'unlink', path: found.path });
    },
  },
  remove: {
    weight: 3,
    play: (world) => {
      const found = world.subdirectory();
      if (found !== undefined) world.emit({ op: 'remove', path: found.path });
    },
  },
  recreate: { weight: 2, play: recreate },
  retype: { weight: 4, play: retype },
  fifo: {
    weight: 2,
    play: (world) => {
      const path = world.free();
      if (path !== undefined) world.emit({ op: 'fifo', path, mode: world.fileMode() });
    },
  },
  flood: {
    weight: 1,
    play: (world) => {
      for (let left = 5 + world.random.below(30); left > 0; left -= 1) createSomewhere(world);
    },
  },
} as const satisfies Record<string, Scenario>;
