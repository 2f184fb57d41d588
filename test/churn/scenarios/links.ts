/** Symbolic and hard links. */
import type { Node } from '../model.ts';
import { isDirectory, isFile, type World } from '../world.ts';
import type { Scenario } from './scenario.ts';

/** Of names that exist, that do not, of itself, and of places outside; nothing is ever written through them. */
function someTarget(world: World): string {
  const { random } = world;
  return random.pick([
    'a',
    'b',
    'dir',
    'file',
    '../a',
    '.',
    '..',
    'nowhere',
    '/nonexistent/churn',
    'bad\xff',
    'x'.repeat(400),
  ]);
}

function retarget(world: World): void {
  const found = world.entry((node) => node.kind === 'symlink');
  if (found === undefined) return;
  world.emit({ op: 'unlink', path: found.path });
  world.emit({ op: 'symlink', path: found.path, to: someTarget(world) });
}

/** A directory makes room for a link to itself under its new name, and comes back. */
function directoryBehindLink(world: World): void {
  const found = world.subdirectory();
  if (found === undefined) return;
  const name = found.path.slice(found.path.lastIndexOf('/') + 1);
  // Longer than a name may be: refused, as it may.
  const moved = `${found.path}2`;
  if (world.model.find(moved) !== undefined || name.length > 250) return;
  world.emit({ op: 'rename', path: found.path, to: moved });
  world.emit({ op: 'symlink', path: found.path, to: `${name}2` });
  if (world.random.oneIn(2)) return;
  if (world.random.oneIn(6)) world.emit({ op: 'pause', us: world.random.below(60_000) });
  world.emit({ op: 'unlink', path: found.path });
  world.emit({ op: 'rename', path: moved, to: found.path });
}

const isLinked = (node: Node): boolean => isFile(node) && node.links > 1;

function link(world: World): void {
  const found = world.entry((node) => !isDirectory(node));
  const to = world.free();
  if (found !== undefined && to !== undefined) world.emit({ op: 'link', path: found.path, to });
}

function writeThrough(world: World): void {
  const found = world.entry(isLinked);
  if (found === undefined) return;
  const { path } = found;
  const change = world.random.below(4);
  if (change === 0) world.emit({ op: 'chmod', path, mode: world.fileMode() });
  else if (change === 1) world.emit({ op: 'rewrite', path, ...world.content() });
  else world.emit({ op: 'append', path, ...world.content() });
}

export const LINKS = {
  symlink: {
    weight: 4,
    play: (world) => {
      const path = world.free();
      if (path !== undefined) world.emit({ op: 'symlink', path, to: someTarget(world) });
    },
  },
  retarget: { weight: 2, play: retarget },
  behindlink: { weight: 2, play: directoryBehindLink },
  link: { weight: 4, play: link },
  writethrough: { weight: 3, play: writeThrough },
  unlinkone: {
    weight: 2,
    play: (world) => {
      const found = world.entry(isLinked);
      if (found !== undefined) world.emit({ op: 'unlink', path: found.path });
    },
  },
  relink: {
    weight: 1,
    play: (world) => {
      // Save by link: the new file takes the place of one of several names.
      const from = world.file();
      const over = world.entry(isLinked);
      if (from === undefined || over === undefined) return;
      world.emit({ op: 'rename', path: from.path, to: over.path });
    },
  },
} as const satisfies Record<string, Scenario>;
