/** What happens to an entry without a change of its content. */
import type { Node } from '../model.ts';
import type { World } from '../world.ts';
import type { Scenario } from './scenario.ts';

/** Seconds: the future, the epoch, before it, after 2038, and a few that meet. */
const TIMES = [2_000_000_000, 0, -1_000_000_000, 5_000_000_000, 1_000_000_000, 1_000_000_001];

const XATTRS = ['user.churn', 'user.other', 'trusted.churn'];

/** Most of the time something in the source, sometimes the source itself. */
function anything(world: World): { readonly path: string; readonly kind: Node['kind'] } {
  const found = world.random.oneIn(40) ? undefined : world.entry();
  return found === undefined
    ? { path: 'source', kind: 'directory' }
    : { path: found.path, kind: found.node.kind };
}

function chmod(world: World): void {
  const { path, kind } = anything(world);
  if (kind === 'symlink') return;
  const mode = kind === 'directory' ? world.directoryMode() : world.fileMode();
  world.emit({ op: 'chmod', path, mode });
}

function xattr(world: World): void {
  const { path, kind } = anything(world);
  if (kind === 'symlink' || kind === 'fifo') return;
  const name = world.random.pick(XATTRS);
  if (world.random.oneIn(3)) world.emit({ op: 'removexattr', path, name });
  else world.emit({ op: 'setxattr', path, name, value: 'v'.repeat(world.random.below(60)) });
}

export const ATTRIBUTES = {
  chmod: { weight: 5, play: chmod },
  chown: {
    weight: 3,
    play: (world) => {
      const { random } = world;
      const { path } = anything(world);
      world.emit({ op: 'chown', path, uid: random.below(3), gid: random.below(3) });
    },
  },
  utimes: {
    weight: 5,
    play: (world) => {
      const { random } = world;
      const { path } = anything(world);
      world.emit({
        op: 'utimes',
        path,
        sec: random.pick(TIMES),
        nsec: random.oneIn(2) ? 0 : random.below(1e9),
      });
    },
  },
  xattr: { weight: 4, play: xattr },
} as const satisfies Record<string, Scenario>;
