import t from 'tap';
import { ConsoleLog } from '../../../../vm/console/log.ts';

void t.test('findings come from whole lines, in chunks of any size', async (t) => {
  const bytes = Buffer.from(
    '[    1.0] ok\r\n[    1.1] Kernel panic - not syncing: sysrq triggered crash\r\n',
  );
  for (const size of [1, 7, bytes.length]) {
    const log = new ConsoleLog();
    const findings = [];
    for (let at = 0; at < bytes.length; at += size) findings.push(...log.feed(bytes.subarray(at, at + size)));
    t.strictSame(findings, [{ kind: 'panic', title: 'Kernel panic - not syncing: sysrq triggered crash' }]);
  }
});

void t.test('a last line without an end counts when the console ends', async (t) => {
  const log = new ConsoleLog();
  t.strictSame(log.feed(Buffer.from('Kernel panic - not syncing: cut of')), []);
  t.equal(log.end().length, 1);
  t.equal(log.lineCount, 1);
});

void t.test('only the last 1000 lines are kept, all are counted', async (t) => {
  const log = new ConsoleLog();
  for (let line = 1; line <= 2500; line++) log.feed(Buffer.from(`${line}\n`));
  t.equal(log.lineCount, 2500);
  t.equal(log.tail().length, 1000);
  t.strictSame(log.tail(2), ['2499', '2500']);
  t.strictSame(log.tail(0), []);
});
