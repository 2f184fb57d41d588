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

void t.test('no call is made before all are announced, nor after a wrong answer', async (t) => {
  const asked: string[] = [];
  const kernel = (query: boolean, selfCheck: boolean) => ({
    dirsyncAbi: addon.dirsyncAbi,
    dirsyncQuery: () => {
      asked.push('query');
      return query;
    },
    dirsyncSelfCheck: () => {
      asked.push('self check');
      return selfCheck;
    },
  });
  const found = (
    announcement: string | null,
    query = true,
    selfCheck = true,
  ): [string, string, ...string[]] => {
    asked.length = 0;
    const { kind, reason } = detect(kernel(query, selfCheck), announcement);
    return [kind, reason, ...asked];
  };
  const ALL = '1 451 1451 1452\n';
  t.strictSame(found(null), ['statx', `no ${ABI_SYSCTL}`]);
  t.strictSame(found('garbage'), ['statx', `unknown ABI "garbage" in ${ABI_SYSCTL}`]);
  t.strictSame(found(''), ['statx', `unknown ABI "" in ${ABI_SYSCTL}`]);
  t.strictSame(found('2 451 1451 1452'), ['statx', `unknown ABI "2 451 1451 1452" in ${ABI_SYSCTL}`]);
  t.strictSame(found('1 451'), ['statx', `${ABI_SYSCTL} lists no 1451, 1452`]);
  t.strictSame(found('1 1451 1452'), ['statx', `${ABI_SYSCTL} lists no 451`]);
  t.strictSame(found(ALL, false), ['statx', 'call 1451 does not answer a query', 'query']);
  t.strictSame(found(ALL, true, false), [
    'statx',
    'call 451 disagrees with stat(2) about /',
    'query',
    'self check',
  ]);
  t.strictSame(found(ALL), ['kernel', 'calls 451, 1451, 1452 announced and checked', 'query', 'self check']);
});

void t.test('the addon was compiled for the ABI of the series', async (t) => {
  t.strictSame(addon.dirsyncAbi, { version: 1, dirsyncStat: 451, dirsyncList: 1451, dirsyncDiff: 1452 });
});

void t.test(
  'an unpatched kernel',
  { skip: existsSync(ABI_SYSCTL) && 'this kernel is patched' },
  async (t) => {
    t.match(probeMetadata(addon), { kind: 'statx', reason: `no ${ABI_SYSCTL}` });
    t.match(probeMetadata(addon, 'statx'), { kind: 'statx', reason: 'asked for' });
    t.throws(() => probeMetadata(addon, 'kernel'), { code: 'NO_KERNEL_METADATA', message: ABI_SYSCTL });
    t.match(addon.counters(), { dirsyncStat: 0, dirsyncList: 0, dirsyncDiff: 0 });
  },
);
