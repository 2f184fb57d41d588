import t from 'tap';
import { nearest } from '../../../../userland/src/cli/suggest.ts';

const KNOWN = ['exclude', 'exclude-from', 'include', 'max-delete', 'once', 'quiet'];

void t.test('the word that was meant', async (t) => {
  t.equal(nearest('exlcude', KNOWN), 'exclude', 'two letters exchanged');
  t.equal(nearest('max-delet', KNOWN), 'max-delete', 'one is missing');
  t.equal(nearest('onse', KNOWN), 'once', 'another one');
  t.equal(nearest('exclude-f', KNOWN), 'exclude-from', 'cut short');
  t.equal(nearest('maxdelete', KNOWN), 'max-delete', 'without the dash');
});

void t.test('nothing when nothing is near', async (t) => {
  t.equal(nearest('zzz', KNOWN), null);
  t.equal(nearest('o', KNOWN), null);
  t.equal(nearest('', KNOWN), null);
});
