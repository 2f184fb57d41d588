import t from 'tap';
import { DISK_NEEDED, readMachineFacts, renderFacts } from '../../../../vm/host/machine-facts.ts';

void t.test('this machine has a disk and memory', async (t) => {
  const facts = await readMachineFacts(t.testdir(), undefined);
  t.ok(facts.diskFree > 0 && facts.memoryAvailable > 0);
  t.match(renderFacts(facts, '/cache'), /^no {7}KVM: not tried[^]*free for the cache, \/cache/);
});

void t.test('too little is marked, and a KVM that runs is', (t) => {
  const accel = { name: 'kvm', why: 'it ran a test guest on this host' } as const;
  const text = renderFacts({ diskFree: DISK_NEEDED - 1, memoryAvailable: 8e9, accel }, '/c');
  t.match(text, /^ok {7}KVM: it ran a test guest\b[^]*^LOW .* 6\.0 GB free[^]*^ok .* 8\.0 GB of memory/m);
  t.end();
});
