import { existsSync } from 'node:fs';
import t from 'tap';
import { ABI_SYSCTL, detect, parseAbi, probeMetadata } from '../../../../userland/src/metadata/probe.ts';
import { addon } from '../native/fixture.ts';

void t.test('an announcement is a version and numbers, and nothing else', async (t) => {
  t.strictSame(parseAbi('1 451\n'), { version: 1, calls: new Set([451]) });
  t.strictSame(parseAbi('1\t451 1451 1452'), { version: 1, calls: new Set([451, 1451, 1452]) });
  t.strictSame(parseAbi('2'), { version: 2, calls: new Set() });
  for (const text of ['', '\n', 'yes', '1 0x1c3', '1 -451', '01 451', '1 451,1451', '1 451\0', '1 4510000'])
    t.equal(parseAbi(text), null, JSON.stringify(text));
});

void t.test('the call is made only when it is announced', async (t) => {
  let checks = 0;
  const kernel = (answer: boolean) => ({
    dirsyncAbi: addon.dirsyncAbi,
    dirsyncSelfCheck: () => {
      checks += 1;
      return answer;
    },
  });
  for (const announcement of [null, '', 'garbage', '2 451', '1 452', '1 1451 1452'])
    t.equal(detect(kernel(true), announcement).source, 'statx', String(announcement));
  t.equal(checks, 0);
  t.match(detect(kernel(true), '1 451\n'), { source: 'kernel', reason: /^call 451 announced/ });
  t.match(detect(kernel(false), '1 451\n'), {
    source: 'statx',
    reason: 'call 451 disagrees with stat(2) about /',
  });
  t.equal(checks, 2);
});

void t.test('the addon was compiled for the ABI of the series', async (t) => {
  t.strictSame(addon.dirsyncAbi, { version: 1, dirsyncStat: 451 });
});

void t.test(
  'an unpatched kernel',
  { skip: existsSync(ABI_SYSCTL) && 'this kernel is patched' },
  async (t) => {
    t.strictSame(probeMetadata(addon), { source: 'statx', reason: `no ${ABI_SYSCTL}` });
    t.strictSame(probeMetadata(addon, 'statx'), { source: 'statx', reason: 'asked for' });
    t.throws(() => probeMetadata(addon, 'kernel'), { code: 'NO_KERNEL_METADATA', message: ABI_SYSCTL });
    t.equal(addon.counters().dirsyncStat, 0);
  },
);
