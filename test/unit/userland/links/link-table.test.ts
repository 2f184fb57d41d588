import t from 'tap';
import { isIncomplete, LinkTable, others } from '../../../../userland/src/links/link-table.ts';

const file = (ino: bigint, nlink: number, dev = 1) => ({ dev, ino, nlink });

void t.test('names of one inode are one group, on each device', (t) => {
  const table = new LinkTable<object>();
  const [one, two] = [{}, {}];
  const { group } = table.note(one, 'a', file(7n, 3));
  t.equal(table.note(two, 'a', file(7n, 3)).group, group);
  t.equal(table.note(two, 'a', file(7n, 3)).group, group, 'a second time it is there already');
  t.not(table.note(two, 'b', file(7n, 2, 2)).group, group, 'another device');
  t.not(table.note(two, 'c', file(2n ** 64n - 1n, 2)).group, group, 'an inode number beyond 2^53');
  t.equal(table.groupOf(two, 'a'), group);
  t.strictSame([...others(group, one, 'a')], [{ directory: two, name: 'a' }]);
  t.equal(table.size, 4);
  t.end();
});

void t.test('a name that comes to another file leaves its group', (t) => {
  const table = new LinkTable<object>();
  const directory = {};
  const { group } = table.note(directory, 'a', file(1n, 2));
  table.note(directory, 'b', file(1n, 2));
  t.match(table.note(directory, 'a', file(2n, 2)), { left: group });
  t.strictSame(group.names, ['b']);
  t.equal(table.drop(directory, 'b'), group);
  t.equal(table.drop(directory, 'b'), null);
  t.not(table.note(directory, 'b', file(1n, 2)).group, group, 'an empty group is forgotten');
  t.end();
});

void t.test('any order of leaving keeps the others', (t) => {
  for (const order of ['abc', 'acb', 'bac', 'bca', 'cab', 'cba']) {
    const table = new LinkTable<object>();
    const directory = {};
    for (const name of 'abc') table.note(directory, name, file(1n, 3));
    const { group } = table.note(directory, 'a', file(1n, 3));
    const left = new Set('abc');
    for (const name of order) {
      table.drop(directory, name);
      left.delete(name);
      t.strictSame(new Set(group.names), left, order);
    }
    t.equal(table.size, 0);
  }
  t.end();
});

void t.test('a directory is forgotten with its names', (t) => {
  const table = new LinkTable<object>();
  const [one, two] = [{}, {}];
  const { group } = table.note(one, 'a', file(1n, 2));
  table.note(two, 'b', file(1n, 2));
  t.strictSame([...table.forget(one)], [group]);
  t.strictSame(group.names, ['b']);
  t.strictSame([...table.forget(one)], []);
  t.end();
});

void t.test('what a search has not found is outside, for groups that are older', (t) => {
  const table = new LinkTable<object>();
  const directory = {};
  const { group } = table.note(directory, 'old', file(1n, 3));
  t.ok(isIncomplete(group));
  const search = table.beginSearch();
  const { group: fresh } = table.note(directory, 'new', file(2n, 2));
  table.endSearch(search);
  t.notOk(isIncomplete(group));
  t.ok(isIncomplete(fresh), 'the search may have passed its other name');
  table.note(directory, 'old', file(1n, 4));
  t.ok(isIncomplete(group), 'a link more');
  t.end();
});

void t.test('a new file may have the number of one whose names are not forgotten yet', (t) => {
  const table = new LinkTable<object>();
  const directory = {};
  const { group } = table.note(directory, 'gone', file(1n, 2));
  table.endSearch(table.beginSearch());
  t.notOk(isIncomplete(group), 'its other name is outside');
  t.equal(table.note(directory, 'new', file(1n, 2)).group, group);
  table.drop(directory, 'gone');
  t.ok(isIncomplete(group), 'and that of the new file is nowhere yet');
  t.end();
});

void t.test('a file of the destination has the content of one group', (t) => {
  const table = new LinkTable<object>();
  const directory = {};
  const { group } = table.note(directory, 'a', file(1n, 2));
  const { group: other } = table.note(directory, 'b', file(2n, 2));
  table.settle(group, 100, { directory, name: 'a' });
  t.ok(table.isTaken(other, 100));
  t.notOk(table.isTaken(group, 100));
  table.settle(group, 101, { directory, name: 'a' });
  t.notOk(table.isTaken(other, 100));
  table.drop(directory, 'a');
  t.notOk(table.isTaken(other, 101));
  t.end();
});
