/** The kinds of machine that QEMU can be, as data: what differs between them, and nothing else, is told apart here. */
import { UsageError } from '../../errors.ts';

/**
 * From QEMU's start to the agent's hello, under TCG on two idle cores (QEMU 7.2, Linux 6.1.192; `npm run vm:bench boot`
 * measures it again):
 *
 * - `q35`: an ordinary machine with PCI Express and firmware; what is shipped, the bzImage, boots on it.
 * - `pc`: its predecessor. Neither faster nor slower.
 * - `microvm`: no PCI, no ACPI, hardly any firmware; takes the kernel as an ELF file, too. Less than half of q35's time,
 *   and the same verdicts.
 */
export const MACHINE_TYPES = ['q35', 'pc', 'microvm'] as const;
export type MachineType = (typeof MACHINE_TYPES)[number];

/** `auto`: microvm where it can be, else q35. */
export type MachineWish = 'auto' | MachineType;

export interface MachineTraits {
  /** QEMU's `-machine`. */
  readonly machine: string;
  /** What a virtio device is called at the end: `virtio-blk-pci`, `virtio-blk-device`. */
  readonly virtio: 'pci' | 'device';
  /** Whether there is an ISA bus that the kernel searches for pvpanic: microvm says so by ACPI only. */
  readonly pvpanic: boolean;
  /** Whether it takes the kernel as an ELF file, by its PVH entry: what need not be unpacked starts sooner. */
  readonly pvh: boolean;
  /** How many serial lines it has. */
  readonly serialLines: 1 | 2;
  /** What the kernel has to be told, beside what every guest's kernel is. `cpus` and the host's clock rate decide. */
  readonly parameters: (facts: MachineFacts) => readonly string[];
}

export interface MachineFacts {
  readonly cpus: number;
  /** The rate of the processor's time stamp counter, see tsc.ts; only where a machine needs it. */
  readonly tscKhz: number | undefined;
}

// A PS/2 controller that nobody needs costs the guest time in probing and in powering off.
const ORDINARY = {
  virtio: 'pci',
  pvpanic: true,
  pvh: false,
  serialLines: 2,
  parameters: () => [],
} as const;

export const TRAITS: Readonly<Record<MachineType, MachineTraits>> = {
  q35: { machine: 'q35,i8042=off', ...ORDINARY },
  pc: { machine: 'pc,i8042=off', ...ORDINARY },
  microvm: {
    machine: 'microvm,acpi=off',
    virtio: 'device',
    pvpanic: false,
    pvh: true,
    serialLines: 1,
    parameters: ({ cpus, tscKhz }) => [
      // There is no timer to calibrate the counter against: without this, one boot in three hangs at that.
      `tsc_early_khz=${tscKhz}`,
      // On a busy host timer interrupts are lost; the kernel would blame the counter, which is right, and count interrupts.
      'tsc=reliable',
      // One processor needs neither its own timer nor to be patched from many processors' code into one's.
      ...(cpus === 1 ? ['noapictimer', 'noreplace-smp'] : []),
      '8250.nr_uarts=1',
      // Without ACPI a poweroff only halts; QEMU's -no-reboot ends at a reboot, and a triple fault always is one.
      'reboot=t',
      'dirsync.exit=reboot',
    ],
  },
};

export interface MachineNeeds {
  readonly accel: 'kvm' | 'tcg';
  readonly serialLines: number;
  /** Undefined where the host's counter cannot be measured. */
  readonly tscKhz: number | undefined;
}

/**
 * The machine for a wish. KVM boots q35 fast enough, and microvm was never tried under it.
 *
 * @throws UsageError `MACHINE_UNSUITABLE` when the machine that was asked for lacks what is needed
 */
export function chooseMachine(wish: MachineWish, needs: MachineNeeds): MachineType {
  const missing = lackOf('microvm', needs);
  if (wish === 'auto') return needs.accel === 'tcg' && missing === undefined ? 'microvm' : 'q35';
  const found = lackOf(wish, needs);
  if (found === undefined) return wish;
  throw new UsageError({
    code: 'MACHINE_UNSUITABLE',
    tried: `boot a guest on a ${wish} machine`,
    found,
    hint: '--machine q35',
  });
}

function lackOf(type: MachineType, { serialLines, tscKhz }: MachineNeeds): string | undefined {
  const traits = TRAITS[type];
  if (traits.serialLines < serialLines) return `it has no second serial line for the agent`;
  if (type === 'microvm' && tscKhz === undefined) {
    return "the rate of this host's time stamp counter, which its kernel has to be told, cannot be measured";
  }
  return undefined;
}
