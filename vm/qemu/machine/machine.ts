/**
 * The guest's machine as QEMU's arguments: a pure function, so that tests compare arguments without booting.
 *
 * Two lines: ttyS0 is the kernel's console; the other one is the agent's. QMP
 * and the agent's line are file descriptors that QEMU inherits, see process.ts.
 */
import { type Disk, diskArguments } from './blockdev.ts';
import { type MachineType, TRAITS } from './machine-types.ts';
import { AGENT_FD, QMP_FD } from '../process.ts';
import { escapeCommas } from './quote.ts';

/**
 * The device in the guest that carries the agent's line: a virtio serial port, a second serial line for kernels without
 * CONFIG_VIRTIO_CONSOLE, or the first one, shared with the kernel's console, for machines that have no other. What
 * they carry a second is in docs/protocol.md.
 */
export type AgentDevice = 'vport0p1' | 'ttyS1' | 'ttyS0';

export interface Machine {
  /** Shown in process lists and in QEMU's own messages. */
  readonly name: string;
  readonly type: MachineType;
  readonly accel: 'kvm' | 'tcg';
  /** The guest's clocks count its instructions, see ../icount.ts; only with `tcg` and one processor. */
  readonly icount?: boolean;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** Absolute paths. */
  readonly kernel: string;
  readonly initrd: string;
  readonly agentDevice: AgentDevice;
  /** The kernel's whole command line. */
  readonly commandLine: string;
  readonly disks: readonly Disk[];
  /** The guest's memory as a file; without it, memory of QEMU's own. */
  readonly ram?: {
    readonly path: string;
    /** Whether the guest's writes go to the file, or to copies of its own. */
    readonly share: boolean;
  };
  /** Do not boot: wait for a state to go on from, see snapshot.ts. */
  readonly incoming?: boolean;
}

/** How the guest's two lines and QMP are connected. The agent's is not used when it shares the console. */
export interface Wiring {
  readonly console: string;
  readonly agent: string;
  readonly qmp: string | undefined;
}

/**
 * As the harness runs it: console on stdin and stdout, agent and QMP on inherited descriptors. stdout is console.log itself,
 * see process.ts.
 */
export const HARNESS_WIRING: Wiring = {
  console: 'stdio,id=console,signal=off',
  agent: `socket,id=agent,fd=${AGENT_FD}`,
  qmp: `socket,id=qmp,fd=${QMP_FD}`,
};

/** As a person runs it by hand: console on the terminal (Ctrl-A X ends QEMU), nobody on the agent's line. */
export const HAND_WIRING: Wiring = {
  console: 'stdio,id=console,mux=on,signal=off',
  agent: 'null,id=agent',
  qmp: undefined,
};

/**
 * The accelerator and the processor that goes with it. The probe of accel.ts runs with these, too: a KVM that runs guests
 * of another processor model proves nothing for ours.
 */
export function accelArguments(accel: Machine['accel']): string[] {
  return accel === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi'];
}

/** To count instructions: one thread, for one order of events; and no clock of the host's. */
const ICOUNT_ARGUMENTS: readonly string[] = [
  ['-accel', 'tcg,thread=single'],
  ['-icount', 'shift=0'],
  ['-rtc', 'clock=vm'],
].flat();

/** QEMU's arguments. */
export function qemuArguments(machine: Machine, wiring: Wiring): string[] {
  const { virtio, ...traits } = TRAITS[machine.type];
  return [
    ['-name', `dirsync-${machine.name}`],
    ['-machine', machine.ram === undefined ? traits.machine : `${traits.machine},memory-backend=ram`],
    ramArguments(machine),
    machine.icount === true ? ICOUNT_ARGUMENTS : accelArguments(machine.accel),
    ['-m', `${machine.memoryMiB}M`, '-smp', String(machine.cpus)],
    ['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    // pvpanic says that the guest panicked; the guest then goes on, to print its report and to leave by panic=-1.
    [...(traits.pvpanic ? ['-device', 'pvpanic'] : []), '-action', 'panic=none'],
    // Whoever watches by QMP looks at a guest that is over before QEMU goes, see supervisor.ts.
    wiring.qmp === undefined ? [] : ['-action', 'shutdown=pause'],
    ['-chardev', wiring.console, '-serial', 'chardev:console'],
    agentArguments(machine, wiring),
    wiring.qmp === undefined ? [] : ['-chardev', wiring.qmp, '-mon', 'chardev=qmp,mode=control'],
    ...machine.disks.map((disk, index) => diskArguments(disk, index, virtio)),
    machine.incoming === true ? ['-incoming', 'defer'] : [],
    ['-kernel', machine.kernel, '-initrd', machine.initrd, '-append', machine.commandLine],
  ].flat();
}

function ramArguments({ ram, memoryMiB }: Machine): string[] {
  if (ram === undefined) return [];
  const share = ram.share ? 'on' : 'off';
  const path = escapeCommas(ram.path);
  return ['-object', `memory-backend-file,id=ram,size=${memoryMiB}M,mem-path=${path},share=${share}`];
}

function agentArguments({ type, agentDevice }: Machine, wiring: Wiring): string[] {
  switch (agentDevice) {
    case 'vport0p1':
      return [
        ['-chardev', wiring.agent],
        // Port 0 is for a console, so ours is 1; the guest would set up queues for 31 of them.
        ['-device', `virtio-serial-${TRAITS[type].virtio},max_ports=2`],
        ['-device', 'virtserialport,chardev=agent,name=dirsync.agent'],
      ].flat();
    case 'ttyS1':
      return ['-chardev', wiring.agent, '-serial', 'chardev:agent'];
    case 'ttyS0':
      return [];
  }
}

/**
 * The kernel's command line. `panic=-1` leaves at once after a panic, and printk.time=1 lets the console's reader tell
 * the kernel's lines from a program's. The sysctl makes a guest that hangs with interrupts off tell where, see examine.ts. There is no `quiet`: it would hide warnings, and saves 25 ms only.
 *
 * @param machine what the machine's type asks for
 * @param append is added last; a parameter in it replaces ours of the same name, but for `console`, which adds up
 */
export function kernelCommandLine(
  agentDevice: AgentDevice,
  nonce: string,
  machine: readonly string[],
  append: string,
): string {
  const agent = [`dirsync.agent=${agentDevice}`, `dirsync.nonce=${nonce}`];
  const own = ['printk.time=1', 'panic=-1', 'sysctl.kernel.panic_on_unrecovered_nmi=1', ...machine, ...agent];
  const given = append.split(/\s+/).filter((word) => word !== '');
  const names = new Set(given.map(parameterName));
  return ['console=ttyS0', ...own.filter((word) => !names.has(parameterName(word))), ...given].join(' ');
}

function parameterName(word: string): string {
  return word.split('=', 1)[0] ?? word;
}
