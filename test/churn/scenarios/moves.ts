/** Renames of every kind. */
import { isDirectory, isFile, type Found, type World } from '../world.ts';
import { plant } from './directories.ts';
import { createSomewhere, type Scenario } from './scenario.ts';

/** Moves something that exists to a free name; undefined when there is nothing, or nowhere. */
function move(world: World, found: Found | undefined, root = 'source'): string | undefined {
  const to = found === undefined ? undefined : world.freeFor(found, root);
  if (found === undefined || to === undefined) return undefined;
  world.emit({ op: 'rename', path: found.path, to });
  return to;
}

function writeBelow(world: World, directory: string): void {
  world.emit({ op: 'create', path: `${directory}/later`, mode: world.fileMode(), ...world.content() });
}

/** Two of a kind, neither in the other. */
function pair(world: World): readonly [Found, Found] | undefined {
  const kind = world.random.oneIn(2) ? isFile : isDirectory;
  const a = world.entry(kind);
  const b = world.entry(kind);
  if (a === undefined || b === undefined || a.path === b.path) return undefined;
  if (a.path.startsWith(`${b.path}/`) || b.path.startsWith(`${a.path}/`)) return undefined;
  return world.fitsAt(a, b.path) && world.fitsAt(b, a.path) ? [a, b] : undefined;
}

function replace(world: World): void {
  const two = pair(world);
  if (two === undefined) return;
  const [from, to] = two;
  // A directory replaces an empty one only.
  if (isDirectory(to.node)) world.emit({ op: 'wipe', path: to.path });
  world.emit({ op: 'rename', path: from.path, to: to.path });
}

function exchange(world: World): void {
  const a = world.entry();
  const b = world.entry();
  if (a === undefined || b === undefined || !world.fitsAt(a, b.path) || !world.fitsAt(b, a.path)) return;
  world.emit({ op: 'exchange', path: a.path, to: b.path });
  if (isDirectory(a.node) && world.random.oneIn(2)) writeBelow(world, b.path);
}

function swap(world: World): void {
  const two = pair(world);
  const aside = world.free(world.random.oneIn(2) ? 'source' : 'outside');
  if (two === undefined || aside === undefined) return;
  const [{ path: a }, { path: b }] = two;
  if (aside.startsWith(`${a}/`) || aside.startsWith(`${b}/`)) return;
  world.emit({ op: 'rename', path: a, to: aside });
  world.emit({ op: 'rename', path: b, to: a });
  world.emit({ op: 'rename', path: aside, to: b });
}

function thereAndBack(world: World): void {
  const found = world.entry();
  const to = move(world, found, world.random.oneIn(4) ? 'outside' : 'source');
  if (found === undefined || to === undefined) return;
  if (isDirectory(found.node) && world.random.oneIn(2)) writeBelow(world, to);
  if (world.random.oneIn(12)) world.emit({ op: 'pause', us: world.random.below(60_000) });
  world.emit({ op: 'rename', path: to, to: found.path });
}

/** `mv f g; cp new f`. */
function takeOver(world: World): void {
  const found = world.entry();
  if (found === undefined || move(world, found) === undefined) return;
  if (world.random.oneIn(2)) plant(world, found.path);
  else world.emit({ op: 'create', path: found.path, mode: world.fileMode(), ...world.content() });
}

function ancestor(world: World): void {
  const found = world.subdirectory();
  const to = move(world, found);
  if (found === undefined || to === undefined) return;
  const below = world.directory(to).path;
  writeBelow(world, below);
  const file = world.file(to);
  if (file !== undefined) world.emit({ op: 'append', path: file.path, ...world.content() });
}

function renameAndRemove(world: World): void {
  const to = move(world, world.subdirectory());
  if (to !== undefined) world.emit({ op: 'remove', path: to });
}

function moveOut(world: World): void {
  const found = world.entry();
  const to = move(world, found, 'outside');
  if (found === undefined || to === undefined) return;
  // What happens outside is not to be seen inside.
  if (isDirectory(found.node)) writeBelow(world, to);
}

function moveIn(world: World): void {
  const found = world.entry(undefined, 'outside');
  const to = move(world, found);
  if (found !== undefined && to !== undefined && isDirectory(found.node)) writeBelow(world, to);
}

function populate(world: World): void {
  const aside = `outside/${world.random.below(5)}`;
  world.emit({ op: 'remove', path: aside });
  plant(world, aside);
  const node = world.model.find(aside);
  if (node === undefined) return;
  const to = move(world, { path: aside, node });
  if (to !== undefined) writeBelow(world, to);
}

export const MOVES = {
  rename: { weight: 9, play: (world) => void move(world, world.entry()) },
  replace: { weight: 4, play: replace },
  exchange: { weight: 4, play: exchange },
  swap: { weight: 2, play: swap },
  thereandback: { weight: 3, play: thereAndBack },
  takeover: { weight: 3, play: takeOver },
  ancestor: { weight: 3, play: ancestor },
  renameremove: { weight: 1, play: renameAndRemove },
  moveout: { weight: 3, play: moveOut },
  movein: { weight: 3, play: moveIn },
  populate: { weight: 2, play: populate },
  outside: { weight: 1, play: (world) => void createSomewhere(world, 'outside') },
} as const satisfies Record<string, Scenario>;
