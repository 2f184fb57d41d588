import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Output } from '../../../../userland/src/cli/output.ts';

void t.test('lines come out whole and in order', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'dirsync-test-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const fd = openSync(join(dir, 'out'), 'w');
  const output = new Output(fd, () => t.fail('broken'));
  const expected = Array.from({ length: 10_000 }, (_, at) => `line ${at} é`);
  for (const [at, line] of expected.entries()) {
    output.line(line);
    if (at % 1000 === 0) await output.ready();
  }
  await output.close();
  closeSync(fd);
  t.strictSame(readFileSync(join(dir, 'out'), 'utf8').split('\n'), [...expected, '']);
});

void t.test('a reader that has gone is told of once, and no line is waited for', async (t) => {
  const fd = openSync('/dev/full', 'w');
  let broken = 0;
  const output = new Output(fd, () => (broken += 1));
  output.line('lost');
  await output.close();
  output.line('lost, too');
  await output.close();
  closeSync(fd);
  t.equal(broken, 1);
});
