import type { World } from '../world.ts';

/** One kind of thing that happens to trees. It emits operations; none when the tree has nothing to do it to. */
export interface Scenario {
  /** How often it happens beside the others. */
  readonly weight: number;
  readonly play: (world: World) => void;
}

/** A free name and a new file under it; undefined when there was no room. */
export function createSomewhere(world: World, root?: string): string | undefined {
  const path = world.free(root);
  if (path !== undefined) world.emit({ op: 'create', path, mode: world.fileMode(), ...world.content() });
  return path;
}
