/** What happens to a regular file under its name. */
import type { World } from '../world.ts';
import { createSomewhere, type Scenario } from './scenario.ts';

/** Far enough apart that a file system of any block size sees a hole. */
const HOLE = 256 * 1024;

function overwrite(world: World): void {
  const file = world.file();
  if (file === undefined) return;
  const at = world.random.below(file.node.size + 1);
  world.emit({ op: 'overwrite', path: file.path, at, ...world.content() });
}

function sparse(world: World): void {
  const path = world.free();
  if (path === undefined) return;
  const { random } = world;
  world.emit({ op: 'create', path, mode: world.fileMode(), size: random.below(2) * 5000, fill: 1 });
  for (let left = random.below(3); left > 0; left -= 1)
    world.emit({
      op: 'overwrite',
      path,
      at: HOLE * (1 + random.below(8)),
      size: 1 + random.below(9000),
      fill: 7,
    });
  if (random.oneIn(2)) world.emit({ op: 'truncate', path, size: HOLE * (1 + random.below(12)) });
}

/** As editors save: a new file beside the old one, then a rename over it. */
function save(world: World): void {
  const file = world.file();
  if (file === undefined) return;
  const temporary = `${file.path.slice(0, file.path.lastIndexOf('/'))}/.${world.random.below(100)}.swp`;
  world.emit({ op: 'create', path: temporary, mode: world.fileMode(), ...world.content() });
  if (world.random.oneIn(2)) world.emit({ op: 'chmod', path: temporary, mode: world.fileMode() });
  world.emit({ op: 'rename', path: temporary, to: file.path });
}

function blink(world: World): void {
  const path = createSomewhere(world);
  if (path !== undefined) world.emit({ op: 'unlink', path });
}

function grow(world: World): void {
  const file = world.file();
  if (file === undefined) return;
  for (let left = 3 + world.random.below(20); left > 0; left -= 1) {
    world.emit({ op: 'append', path: file.path, size: 1 + world.random.below(500), fill: left });
    if (world.random.oneIn(4)) world.emit({ op: 'pause', us: world.random.below(4000) });
  }
}

/** The same size again within a tick of the clock that mtime comes from. */
function sameSize(world: World): void {
  const file = world.file();
  if (file === undefined) return;
  const { size } = file.node;
  for (let left = 2 + world.random.below(3); left > 0; left -= 1)
    world.emit({
      op: 'overwrite',
      path: file.path,
      at: 0,
      size: Math.min(size, 5000),
      fill: 1 + world.random.below(250),
    });
}

export const FILES = {
  create: { weight: 14, play: createSomewhere },
  rewrite: {
    weight: 8,
    play: (world) => {
      const file = world.file();
      if (file !== undefined) world.emit({ op: 'rewrite', path: file.path, ...world.content() });
    },
  },
  append: {
    weight: 6,
    play: (world) => {
      const file = world.file();
      if (file !== undefined) world.emit({ op: 'append', path: file.path, ...world.content() });
    },
  },
  overwrite: { weight: 5, play: overwrite },
  samesize: { weight: 2, play: sameSize },
  truncate: {
    weight: 4,
    play: (world) => {
      const file = world.file();
      if (file === undefined) return;
      const size = world.random.oneIn(2) ? 0 : world.random.below(2 * file.node.size + 10);
      world.emit({ op: 'truncate', path: file.path, size });
    },
  },
  allocate: {
    weight: 2,
    play: (world) => {
      const file = world.file();
      if (file === undefined) return;
      const at = world.random.below(file.node.size + 1);
      world.emit({ op: 'allocate', path: file.path, at, size: 1 + world.random.below(100_000) });
    },
  },
  punch: {
    weight: 2,
    play: (world) => {
      const file = world.file();
      if (file === undefined) return;
      const at = world.random.below(file.node.size + 1);
      world.emit({ op: 'punch', path: file.path, at, size: 1 + world.random.below(100_000) });
    },
  },
  sparse: { weight: 2, play: sparse },
  save: { weight: 6, play: save },
  blink: { weight: 3, play: blink },
  grow: { weight: 1, play: grow },
} as const satisfies Record<string, Scenario>;
