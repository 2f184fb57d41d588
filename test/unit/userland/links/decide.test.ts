import t from 'tap';
import { decideLink } from '../../../../userland/src/links/decide.ts';
import { LinkTable } from '../../../../userland/src/links/link-table.ts';
import { DIFF } from '../../../../userland/src/metadata/records.ts';

const TRUTH = 100;
const OTHER = 200;

/** A group of two names whose file has `links` links, and whose content is in TRUTH if it is anywhere. */
function groupOf(truth: number | null, links = 2) {
  const table = new LinkTable<object>();
  const directory = {};
  const { group: made } = table.note(directory, 'a', { dev: 1, ino: 1n, nlink: links });
  table.note(directory, 'b', { dev: 1, ino: 1n, nlink: links });
  if (truth !== null) table.settle(made, truth, { directory, name: 'a' });
  return made;
}

const equal = {
  diff: 0,
  content: DIFF.SIZE | DIFF.MTIME | DIFF.RACY,
  file: TRUTH,
  links: 2,
  sure: true,
  taken: false,
};

void t.test('an entry with equal content and attributes', (t) => {
  t.equal(decideLink(groupOf(TRUTH), equal), 'keep');
  t.equal(decideLink(groupOf(null), equal), 'adopt');
  t.equal(decideLink(groupOf(TRUTH), { ...equal, file: OTHER }), 'join');
  t.equal(decideLink(groupOf(null), { ...equal, taken: true }), 'write', 'another file has it already');
  t.end();
});

void t.test('an entry with other content', (t) => {
  const missing = { ...equal, diff: DIFF.MISSING, file: null, links: 0 };
  t.equal(decideLink(groupOf(TRUTH), missing), 'join');
  t.equal(decideLink(groupOf(TRUTH), { ...missing, sure: false }), 'write', 'the truth may be old');
  t.equal(decideLink(groupOf(null), missing), 'write');
  t.equal(decideLink(groupOf(TRUTH), { ...equal, diff: DIFF.SIZE, file: OTHER }), 'join');
  t.equal(decideLink(groupOf(TRUTH), { ...equal, diff: DIFF.SIZE }), 'write', 'the truth itself is old');
  t.equal(decideLink(groupOf(TRUTH), { ...equal, diff: DIFF.RACY, sure: false }), 'write');
  t.end();
});

void t.test('a symlink whose mtime is another one', (t) => {
  const touched = { ...equal, diff: DIFF.MTIME, content: DIFF.LINK };
  t.equal(decideLink(groupOf(TRUTH), touched), 'update', 'which is none of its content');
  t.equal(decideLink(groupOf(TRUTH), { ...touched, file: OTHER }), 'join');
  t.equal(decideLink(groupOf(TRUTH), { ...touched, diff: DIFF.LINK }), 'write');
  t.end();
});

void t.test('an entry with other attributes', (t) => {
  const changed = { ...equal, diff: DIFF.MODE };
  t.equal(decideLink(groupOf(TRUTH), changed), 'update');
  t.equal(decideLink(groupOf(null), changed), 'update');
  t.equal(decideLink(groupOf(TRUTH), { ...changed, file: OTHER }), 'join');
  t.equal(decideLink(groupOf(TRUTH), { ...changed, links: 3 }), 'write', 'a stranger has a link, too');
  t.equal(decideLink(groupOf(TRUTH, 3), { ...changed, links: 3 }), 'update', 'one that may be ours');
  t.end();
});
