import t from 'tap';
import { OutputText } from '../../../../vm/guest/output-text.ts';

const never = new AbortController().signal;

void t.test('finds what came before and what comes later, each once', async (t) => {
  const output = new OutputText();
  output.push(Buffer.from('one 1\ntwo '));
  t.equal(await output.waitFor(/\d/, never), 'one 1');
  const later = output.waitFor(/\d/g, never);
  output.push(Buffer.from('2\nthree'));
  t.equal(await later, 'two 2', 'and flags that keep state do not matter');
  t.equal(await output.waitFor('thr', never), 'three', 'the line so far');
  t.equal(output.describeRest(), '"ee"');
});

void t.test('serves those who wait in their order', async (t) => {
  const output = new OutputText();
  const both = Promise.all([output.waitFor('a.', never), output.waitFor('a', never)]);
  output.push(Buffer.from('a\na.\na\n'));
  t.strictSame(await both, ['a.', 'a']);
});

void t.test('one who gave up does not take what the next waits for', async (t) => {
  const output = new OutputText();
  const abort = new AbortController();
  void output.waitFor('gone', abort.signal);
  const next = output.waitFor('here', never);
  abort.abort();
  output.push(Buffer.from('here'));
  t.equal(await next, 'here');
});

void t.test('characters cut between chunks', async (t) => {
  const output = new OutputText();
  for (const byte of Buffer.from('grüße')) output.push(Buffer.of(byte));
  t.equal(output.text, 'grüße');
  t.equal(output.bytes().toString(), 'grüße');
});

void t.test('the line of a match that ends with its newline is that line', async (t) => {
  const output = new OutputText();
  output.push(Buffer.from('first\nsecond\n'));
  t.equal(await output.waitFor(/first\n/, never), 'first');
});
