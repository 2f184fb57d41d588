import * as fc from 'fast-check';
import t from 'tap';
import { isAtOrBelow, WatchTree, type DirectoryNode } from '../../../../userland/src/detect/watch-tree.ts';

void t.test('a path is read off the parents, and a rename of any depth is one assignment', async (t) => {
  const tree = new WatchTree();
  const a = tree.childOf(tree.root, 'a');
  const deep = tree.childOf(tree.childOf(a, 'b'), 'c');
  tree.bind(deep, 7);
  t.strictSame(tree.pathOf(deep), ['a', 'b', 'c']);
  tree.move(a, tree.childOf(tree.root, 'x'), 'y');
  t.strictSame(tree.pathOf(deep), ['x', 'y', 'b', 'c']);
  t.equal(tree.byWd(7), deep);
  t.equal(tree.childOf(tree.root, 'x').children.get('y'), a);
  t.notOk(tree.root.children.has('a'));
});

void t.test('who is displaced is detached, and may turn up again', async (t) => {
  const tree = new WatchTree();
  const a = tree.childOf(tree.root, 'a');
  const b = tree.childOf(tree.root, 'b');
  const below = tree.childOf(b, 'below');
  tree.bind(a, 1);
  tree.bind(b, 2);
  tree.bind(below, 3);
  tree.move(a, tree.root, 'b');
  t.equal(tree.pathOf(b), null);
  t.equal(tree.pathOf(below), null);
  t.equal(tree.byWd(2), b, 'its watch is still there to recognise it by');
  tree.move(b, tree.root, 'a');
  t.strictSame(tree.pathOf(below), ['a', 'below']);
  t.strictSame(tree.takeDetached(), []);
  tree.detach(b);
  t.strictSame(
    tree.takeDetached().map((node) => node.wd),
    [2, 3],
  );
  t.equal(tree.byWd(3), undefined);
  t.equal(tree.watches, 1);
});

void t.test('a directory cannot be moved into itself', async (t) => {
  const tree = new WatchTree();
  const a = tree.childOf(tree.root, 'a');
  const b = tree.childOf(a, 'b');
  t.throws(() => tree.move(a, b, 'a'), /into itself/);
  t.strictSame(tree.pathOf(b), ['a', 'b']);
});

void t.test('a dropped watch leaves the node in its place', async (t) => {
  const tree = new WatchTree();
  const a = tree.childOf(tree.root, 'a');
  tree.bind(a, 4);
  t.equal(tree.unbind(4), a);
  t.equal(a.wd, 0);
  t.equal(tree.unbind(4), undefined);
  tree.bind(a, 4);
  tree.bind(a, 5);
  tree.unbind(4);
  t.equal(a.wd, 5, 'the old watch of a node takes nothing from the new one');
});

const operation = fc.record({
  kind: fc.constantFrom('make', 'move', 'detach'),
  node: fc.nat(20),
  parent: fc.nat(20),
  name: fc.constantFrom('a', 'b', 'c'),
});

void t.test('parents and children agree whatever is done', async () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const tree = new WatchTree();
      const all: DirectoryNode[] = [tree.root];
      for (const { kind, node, parent, name } of operations) {
        const one = all[node % all.length] as DirectoryNode;
        const other = all[parent % all.length] as DirectoryNode;
        if (kind === 'make') {
          const child = tree.childOf(other, name);
          if (!all.includes(child)) all.push(child);
        } else if (kind === 'detach') tree.detach(one);
        else if (one !== tree.root && !isAtOrBelow(other, one)) tree.move(one, other, name);
      }
      const placed = new Set(tree.nodes());
      for (const node of all) {
        if (node.parent !== null && node.parent.children.get(node.name) !== node) return false;
        for (const [name, child] of node.children)
          if (child.parent !== node || child.name !== name) return false;
        if (placed.has(node) !== (tree.pathOf(node) !== null)) return false;
      }
      const detached = new Set(tree.takeDetached());
      return all.every((node) => placed.has(node) !== detached.has(node));
    }),
  );
});

/** A file system's directories, by identity: where each one is, if it is anywhere. */
class Model {
  readonly places = new Map<number, { parent: number; name: string }>();

  at(parent: number, name: string): number | undefined {
    for (const [id, place] of this.places) if (place.parent === parent && place.name === name) return id;
    return undefined;
  }

  path(id: number): string[] | null {
    if (id === 0) return [];
    const place = this.places.get(id);
    const above = place === undefined ? null : this.path(place.parent);
    return above === null || place === undefined ? null : [...above, place.name];
  }
}

const step = fc.record({
  kind: fc.constantFrom('bind', 'move', 'detach', 'unbind', 'take'),
  id: fc.integer({ min: 1, max: 8 }),
  parent: fc.nat(8),
  name: fc.constantFrom('a', 'b', 'c'),
});

void t.test('wds, paths and what is detached are those of a simple model', async (t) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const tree = new WatchTree();
      const model = new Model();
      tree.bind(tree.root, 100);
      /** Nodes by identity; a directory's wd is 100 more than that. */
      const nodes = new Map<number, DirectoryNode>([[0, tree.root]]);
      const watched = new Set<number>([0]);
      for (const { kind, id, parent, name } of steps) {
        const node = nodes.get(id);
        const above = nodes.get(parent);
        if (
          kind === 'bind' &&
          node === undefined &&
          above !== undefined &&
          model.at(parent, name) === undefined
        ) {
          const made = tree.childOf(above, name);
          tree.bind(made, 100 + id);
          nodes.set(id, made);
          watched.add(id);
          model.places.set(id, { parent, name });
        } else if (
          kind === 'move' &&
          node !== undefined &&
          above !== undefined &&
          !isAtOrBelow(above, node)
        ) {
          tree.move(node, above, name);
          const displaced = model.at(parent, name);
          if (displaced !== undefined) model.places.delete(displaced);
          model.places.set(id, { parent, name });
        } else if (kind === 'detach' && node !== undefined) {
          tree.detach(node);
          model.places.delete(id);
        } else if (kind === 'unbind' && node !== undefined) {
          t.equal(tree.unbind(100 + id), watched.delete(id) ? node : undefined);
        } else if (kind === 'take') {
          const gone = new Set(tree.takeDetached());
          for (const [other, one] of nodes) {
            if (gone.has(one) !== (model.path(other) === null)) return false;
            if (!gone.has(one)) continue;
            nodes.delete(other);
            watched.delete(other);
            model.places.delete(other);
          }
        }
        for (const [other, one] of nodes) {
          if (JSON.stringify(tree.pathOf(one)) !== JSON.stringify(model.path(other))) return false;
          if ((tree.byWd(100 + other) === one) !== watched.has(other)) return false;
        }
        if (tree.watches !== watched.size) return false;
      }
      return true;
    }),
    { numRuns: 500 },
  );
});
