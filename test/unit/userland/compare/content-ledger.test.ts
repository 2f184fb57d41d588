import t from 'tap';
import { ContentLedger } from '../../../../userland/src/compare/content-ledger.ts';

const STATE = { ino: 4n, ctimeSec: 5, ctimeNsec: 6 };

void t.test('knows the state that was copied, and no other', async (t) => {
  const ledger = new ContentLedger<object>();
  const [here, there] = [{}, {}];
  ledger.note(here, 'file', STATE, true);
  t.ok(ledger.has(here, 'file', STATE));
  t.notOk(ledger.has(here, 'file', { ...STATE, ctimeNsec: 7 }));
  t.notOk(ledger.has(here, 'file', { ...STATE, ino: 5n }), 'another file that changed at the same time');
  t.notOk(ledger.has(here, 'other', STATE));
  t.notOk(ledger.has(there, 'file', STATE));
});

void t.test('does not rely on a state that may have changed without a trace', async (t) => {
  const ledger = new ContentLedger<object>();
  const here = {};
  ledger.note(here, 'file', STATE, false);
  t.notOk(ledger.has(here, 'file', STATE));
});

void t.test('a write that is told of later may belong to the state that was copied', async (t) => {
  const ledger = new ContentLedger<object>();
  const here = {};
  ledger.unsettle(here, 'file');
  ledger.note(here, 'file', STATE, true);
  ledger.unsettle(here, 'file');
  t.notOk(ledger.has(here, 'file', STATE));
  t.ok(ledger.hasAnother(here, 'file', { ...STATE, ino: 5n }), 'which file it is, is known still');
});

void t.test('knows when another file was copied to a name', async (t) => {
  const ledger = new ContentLedger<object>();
  const here = {};
  t.notOk(ledger.hasAnother(here, 'file', STATE), 'nothing is known yet');
  ledger.note(here, 'file', STATE, false);
  t.notOk(ledger.hasAnother(here, 'file', { ...STATE, ctimeSec: 50 }), 'it is the same file later');
  t.ok(ledger.hasAnother(here, 'file', { ...STATE, ino: 5n }));
  ledger.drop(here);
  t.notOk(ledger.hasAnother(here, 'file', { ...STATE, ino: 5n }));
});

void t.test('forgets everything at its limit, for memory must not grow', async (t) => {
  const ledger = new ContentLedger<object>(2);
  const here = {};
  for (const name of ['a', 'b', 'b', 'b']) ledger.note(here, name, STATE, true);
  t.ok(ledger.has(here, 'a', STATE), 'noting the same file again takes no room');
  ledger.note(here, 'c', STATE, true);
  t.notOk(ledger.has(here, 'a', STATE));
  t.ok(ledger.has(here, 'c', STATE));
});
