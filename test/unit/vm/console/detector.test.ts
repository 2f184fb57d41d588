/** Rules of the detector that no single log of the corpus shows. */
import t from 'tap';
import { SplatDetector } from '../../../../vm/console/detector.ts';
import type { Finding } from '../../../../vm/console/finding.ts';

function found(...lines: string[]): readonly Finding[] {
  const detector = new SplatDetector();
  for (const line of lines) detector.line(line);
  return detector.findings;
}
const titles = (...lines: string[]): string[] => found(...lines).map(({ kind, title }) => `${kind} ${title}`);

const one = (text: string): string => `[    1.000000][   T11] ${text}`;
const two = (text: string): string => `[    1.000000][   T22] ${text}`;

const WARN = 'WARNING: CPU: 0 PID: 22 at kernel/foo.c:30 foo+0x10/0x20';

void t.test('what printk puts before a message is optional, but for the time', async (t) => {
  for (const prefix of [
    '[    1.102600] ',
    '[12345.678901][    T1] ',
    '<4>[    1.102600] ',
    'cut off[    1.102600][   C0] ',
  ])
    t.strictSame(titles(`${prefix}${WARN}`), ['splat WARNING in foo'], prefix);
  for (const prefix of ['', '[    T1] ', '[1.1] ', 'dmesg says: '])
    t.strictSame(titles(`${prefix}${WARN}`), [], prefix);
});

void t.test('lines that are no report', async (t) => {
  for (const text of [
    'pci_bus 0000:00: resource 8 [mem 0xc0000000-0xfebfffff window]',
    'ACPI: button: Power Button [PWRF]',
    'Warning: unable to open an initial console.',
    'systemd: WARNING: something',
    'Kernel command line: console=ttyS0 panic=-1',
    'See Kernel panic - not syncing: quoted in the middle',
    'sh: page allocation failure: order:10, mode:0xcc0(GFP_KERNEL)',
    'traps: sh[12] general protection fault ip:401000 sp:7ffe error:0 in sh[400000+1000]',
    'sh[22]: segfault at 0 ip 0000000000401136 sp 00007ffd error 4 in sh[401000+1000]',
    '',
  ]) {
    t.strictSame(titles(`[    1.000000][    T1] ${text}`), [], text);
  }
});

void t.test('forms that cannot be provoked here', async (t) => {
  for (const [text, title] of [
    ['BUG: KFENCE: use-after-free read in foo+0x12/0x80', 'BUG: KFENCE: use-after-free read in foo'],
    ['BUG: KCSAN: data-race in foo / bar', 'BUG: KCSAN: data-race in foo'],
    ['BUG: Bad rss-counter state mm:00000000a1b2c3d4 type:MM_ANONPAGES val:2', 'BUG: Bad rss-counter state'],
    [
      'BUG: Dentry 00000000deadbeef{i=12,n=x} still in use (1) [unmount of ext4 vda]',
      'BUG: Dentry still in use',
    ],
    [
      'BUG: using smp_processor_id() in preemptible [00000000] code: sh/12',
      'BUG: using smp_processor_id() in preemptible code',
    ],
    ['BUG: spinlock bad magic on CPU#0, sh/12', 'BUG: spinlock bad magic'],
    ['BUG: something new: 12 of 0xffff888001234567', 'BUG: something new: N of ADDR'],
    ['irq 9: nobody cared (try booting with the "irqpoll" option)', 'irq: nobody cared'],
    ['VFS: Busy inodes after unmount of vda (ext4)', 'VFS: Busy inodes after unmount'],
    [
      'unchecked MSR access error: RDMSR from 0x1a0 at rIP: 0xff (foo+0x1/0x2)',
      'unchecked MSR access error: RDMSR',
    ],
  ] as const) {
    t.match(titles(`[    1.000000] ${text}`), [`splat ${title}`], title);
  }
});

void t.test('a helper is not to blame, nor a variant of a name', async (t) => {
  const trace = [
    'dump_stack_lvl',
    'print_report',
    'kasan_report',
    '? noise',
    'kfree',
    'foo.constprop.0.cold',
    'bar',
  ];
  const lines = trace.map((name) => `[    1.000001]  ${name}+0x12/0x80`);
  t.strictSame(
    titles('[    1.000000] BUG: KASAN: double-free in kfree+0x1/0x2', '[    1.000000] Call Trace:', ...lines),
    ['splat BUG: KASAN: double-free in foo'],
  );
});

void t.test('reports of two processors are taken apart', async (t) => {
  const both = found(
    one('BUG: sleeping function called from invalid context at a.c:1'),
    two('BUG: scheduling while atomic: sh/22/0x00000002'),
    one('Call Trace:'),
    two('Call Trace:'),
    two('  beta+0x1/0x2'),
    one('  alpha+0x1/0x2'),
  );
  t.match(both, [
    { title: 'BUG: sleeping function called from invalid context in alpha', from: 1, to: 6 },
    { title: 'BUG: scheduling while atomic in beta', from: 2, to: 5 },
  ]);
  t.notMatch(both[0]?.text, /beta/);
});

void t.test('a pause ends a report that has no end mark', async (t) => {
  const [finding] = found(
    '[    1.000000] BUG: a new one',
    '[    1.000001]  its detail',
    '[    9.000000] systemd: hello',
  );
  t.match(finding, { from: 1, to: 2, text: 'BUG: a new one\n its detail' });
});

void t.test(
  'a panic that nothing explains is its own report, one that follows a report is that report',
  async (t) => {
    t.strictSame(titles('[    1.000000] Kernel panic - not syncing: Fatal exception'), [
      'panic kernel panic: Fatal exception',
    ]);
    t.strictSame(
      titles(`[    1.000000] ${WARN}`, '[    1.100000] Kernel panic - not syncing: VFS: no root'),
      ['splat WARNING in foo', 'panic kernel panic: VFS: no root'],
    );
    t.strictSame(
      titles(
        `[    1.000000] ${WARN}`,
        '[    1.100000] Kernel panic - not syncing: kernel: panic_on_warn set ...',
      ),
      ['panic WARNING in foo'],
    );
    t.strictSame(
      titles(`[    1.000000] ${WARN}`, '[   99.000000] Kernel panic - not syncing: Fatal exception'),
      ['splat WARNING in foo', 'panic kernel panic: Fatal exception'],
    );
  },
);

void t.test('a kernel that complains without end is cut off, but its panic is kept', async (t) => {
  const many = Array.from({ length: 1000 }, (_, i) => `[    1.000000][   T${i + 1}] ${WARN}`);
  const all = found(...many, '[    1.000000][    T1] Kernel panic - not syncing: at last');
  t.equal(all.length, 101);
  t.equal(all.at(-1)?.kind, 'panic');
});
