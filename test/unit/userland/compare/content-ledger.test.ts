import t from 'tap';
import { ContentLedger } from '../../../../userland/src/compare/content-ledger.ts';

void t.test('knows the state that was copied, and no other', async (t) => {
  const ledger = new ContentLedger<object>();
  const [here, there] = [{}, {}];
  ledger.note(here, 'file', { ctimeSec: 5, ctimeNsec: 6 });
  t.ok(ledger.has(here, 'file', { ctimeSec: 5, ctimeNsec: 6 }));
  t.notOk(ledger.has(here, 'file', { ctimeSec: 5, ctimeNsec: 7 }));
  t.notOk(ledger.has(here, 'other', { ctimeSec: 5, ctimeNsec: 6 }));
  t.notOk(ledger.has(there, 'file', { ctimeSec: 5, ctimeNsec: 6 }));
});

void t.test('forgets everything at its limit, for memory must not grow', async (t) => {
  const ledger = new ContentLedger<object>(2);
  const here = {};
  const time = { ctimeSec: 1, ctimeNsec: 1 };
  for (const name of ['a', 'b', 'b', 'b']) ledger.note(here, name, time);
  t.ok(ledger.has(here, 'a', time), 'noting the same file again takes no room');
  ledger.note(here, 'c', time);
  t.notOk(ledger.has(here, 'a', time));
  t.ok(ledger.has(here, 'c', time));
});
