/** Which machine a guest gets. */
import t from 'tap';
import { chooseMachine, type MachineNeeds } from '../../../../../vm/qemu/machine/machine-types.ts';

const NEEDS: MachineNeeds = { accel: 'tcg', serialLines: 1, tscKhz: 2_000_000 };

void t.test('auto is a microvm where it can be, and an ordinary machine elsewhere', async (t) => {
  t.equal(chooseMachine('auto', NEEDS), 'microvm');
  t.equal(chooseMachine('auto', { ...NEEDS, accel: 'kvm' }), 'q35');
  t.equal(chooseMachine('auto', { ...NEEDS, serialLines: 2 }), 'q35');
  t.equal(chooseMachine('auto', { ...NEEDS, tscKhz: undefined }), 'q35');
});

void t.test('a machine that was named is the one, or an error that says what it lacks', async (t) => {
  t.equal(chooseMachine('q35', { ...NEEDS, serialLines: 2 }), 'q35');
  t.equal(chooseMachine('microvm', { ...NEEDS, accel: 'kvm' }), 'microvm');
  for (const [lack, found] of [
    [{ serialLines: 2 }, /no second serial line/],
    [{ tscKhz: undefined }, /cannot be measured/],
  ] as const) {
    const asked = (): unknown => chooseMachine('microvm', { ...NEEDS, ...lack });
    t.throws(asked, { code: 'MACHINE_UNSUITABLE', verdict: 'USAGE', found });
  }
});
