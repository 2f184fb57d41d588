/**
 * Changes of which no event tells, told.
 *
 * inotify names the name through which a file was changed. When that name has gone by the time the syncer looks, or lies
 * outside, nobody can know which file it was, and the other names keep what they were (userland/README.md says so). So
 * every such file is touched under a name that it still has; that the rest follows is up to the syncer.
 *
 * For one writer: with several, nobody knows in which order things happen.
 */
import { Model, type Node } from './model.ts';
import type { PathOperation, Step } from './operations.ts';

const CHANGES: ReadonlySet<string> = new Set(
  'rewrite overwrite append truncate allocate punch chmod chown utimes setxattr removexattr'.split(' '),
);

export class Untold {
  readonly #model = new Model();
  readonly #linked = new Set<Node>();
  readonly #changed = new Set<Node>();
  readonly #lostName = new Set<Node>();
  #touches = 0;

  /** The steps up to a comparison, and what else has to happen before it. */
  complete(steps: readonly Step[]): Step[] {
    for (const step of steps) {
      if (step.op === 'pause' || step.op === 'settle') continue;
      this.#observe(step);
      this.#model.apply(step);
    }
    const touches: Step[] = [];
    const source = this.#model.find('source');
    if (source !== undefined) this.#touch(source, 'source', touches);
    this.#changed.clear();
    this.#lostName.clear();
    return [...steps, ...touches];
  }

  /** `step` is about to be made. If Linux refuses it, a file too many may be touched. */
  #observe(step: PathOperation): void {
    const node = this.#model.find(step.path);
    if (node === undefined) return;
    const outside = isOutside(step.path);
    if (CHANGES.has(step.op)) {
      this.#changed.add(node);
      if (outside) this.#lostName.add(node);
    } else if (step.op === 'link') this.#linked.add(node);
    else if (step.op === 'rename' || step.op === 'exchange') {
      const other = this.#model.find(step.to);
      const leaves = outside !== isOutside(step.to);
      if (leaves) this.#loses(node);
      if (other !== undefined && (leaves || step.op === 'rename')) this.#loses(other);
    } else this.#loses(node);
  }

  /** All that lies in `node` loses a name. */
  #loses(node: Node): void {
    this.#lostName.add(node);
    if (node.kind === 'directory') for (const child of node.children.values()) this.#loses(child);
  }

  #touch(node: Node, path: string, touches: Step[]): void {
    if (node.kind === 'directory') {
      for (const [name, child] of node.children) this.#touch(child, `${path}/${name}`, touches);
      return;
    }
    if (!this.#linked.has(node) || !this.#changed.has(node) || !this.#lostName.has(node)) return;
    // One name is enough.
    this.#changed.delete(node);
    this.#touches += 1;
    touches.push({ op: 'utimes', path, sec: 1_000_000_000 + this.#touches, nsec: 0 });
  }
}

function isOutside(path: string): boolean {
  return !path.startsWith('source/');
}
