import t from 'tap';
import { ConsoleLog } from '../../../../vm/console/log.ts';

void t.test('findings come from whole lines, in chunks of any size', async (t) => {
  const bytes = Buffer.from(
    '[    1.000000] ok\r\n[    1.100000][    T1] Kernel panic - not syncing: sysrq triggered crash\r\n',
  );
  for (const size of [1, 7, bytes.length]) {
    const log = new ConsoleLog();
    for (let at = 0; at < bytes.length; at += size) log.feed(bytes.subarray(at, at + size));
    t.match(log.findings, [{ kind: 'panic', title: 'kernel panic: sysrq triggered crash', from: 2, to: 2 }]);
    t.equal(log.findings.length, 1);
  }
});

void t.test('a last line without an end counts when the console ends', async (t) => {
  const log = new ConsoleLog();
  log.feed(Buffer.from('[    1.000000] Kernel panic - not syncing: cut of'));
  t.strictSame(log.findings, []);
  log.end();
  t.equal(log.findings.length, 1);
  t.equal(log.lineCount, 1);
});

void t.test('a known report is marked with its reason', async (t) => {
  const log = new ConsoleLog([{ pattern: 'BUG: Bad .*', reason: 'upstream', expires: '2099-12-31' }]);
  log.feed(Buffer.from('[    1.000000] BUG: Bad rss-counter state mm:1 type:2 val:3\n'));
  t.match(log.findings, [{ title: 'BUG: Bad rss-counter state', known: { reason: 'upstream' } }]);
});

void t.test('only the last 1000 lines are kept, all are counted', async (t) => {
  const log = new ConsoleLog();
  for (let line = 1; line <= 2500; line++) log.feed(Buffer.from(`${line}\n`));
  t.equal(log.lineCount, 2500);
  t.equal(log.tail().length, 1000);
  t.strictSame(log.tail(2), ['2499', '2500']);
  t.strictSame(log.tail(0), []);
});
