import t from 'tap';
import { Busy } from '../../../../userland/src/sync/busy.ts';

void t.test('what comes while an entry is busy is returned at its end', (t) => {
  const busy = new Busy<object>();
  const directory = {};
  busy.begin(directory, 'a');
  t.ok(busy.has(directory, 'a'));
  busy.defer(directory, 'a', 1);
  busy.defer(directory, 'a', 4);
  t.equal(busy.hintsOf(directory, 'a'), 5);
  t.equal(busy.hintsOf(directory, 'b'), 0);
  t.equal(busy.end(directory, 'a'), 5);
  t.notOk(busy.has(directory, 'a'));
  busy.begin(directory, 'a');
  t.equal(busy.end(directory, 'a'), null, 'and nothing else');
  t.end();
});

void t.test('nothing is deferred for an entry that is not busy: nobody would end it', (t) => {
  const busy = new Busy<object>();
  const directory = {};
  busy.begin(directory, 'a');
  busy.defer(directory, 'b', 1);
  t.notOk(busy.has(directory, 'b'));
  busy.defer({}, 'a', 1);
  t.equal(busy.end(directory, 'a'), null);
  t.end();
});
