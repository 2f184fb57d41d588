/** What can be said of a guest that is to be booted. */
import type { KnownSplat } from '../console/known-splats.ts';
import type { AccelWish } from './accel/accel.ts';
import type { Deadlines } from './watch/deadlines.ts';
import type { DiskOptions } from './machine/disks.ts';
import type { AgentDevice } from './machine/machine.ts';
import type { MachineWish } from './machine/machine-types.ts';
import type { StandbyWish } from './snapshot.ts';

export interface BootOptions {
  /** bzImage. */
  readonly kernel: string;
  /** The same kernel as an ELF file: what a microvm starts, unless it has KASAN. */
  readonly vmlinux?: string;
  /** The initramfs; its init must start the agent, see docs/protocol.md. */
  readonly initrd: string;
  /** Folder of the run; the guest's artifacts get a folder of their own below it. */
  readonly runDir: string;
  /** Names the guest in events and artifacts; `vm` by default. */
  readonly name?: string;
  /** `auto` by default. */
  readonly machine?: MachineWish;
  /** 1024 by default: an initramfs that holds Node needs 416, and what the guest does not touch costs nothing. */
  readonly memoryMiB?: number;
  /** 1 by default: under TCG a second processor costs 0.2 s of boot time. */
  readonly cpus?: number;
  /** `auto` by default. */
  readonly accel?: AccelWish;
  /**
   * Have the guest's clocks count its instructions, one a nanosecond: for measurements that a busy host does not change,
   * see icount.ts. Takes TCG and one processor, and several times as long.
   */
  readonly icount?: boolean;
  /** What carries the agent's line; `vport0p1`, the fastest, by default. */
  readonly agentDevice?: AgentDevice;
  /** Added to the end of the kernel's command line. */
  readonly append?: string;
  /** /dev/vda first. */
  readonly disks?: readonly DiskOptions[];
  /**
   * Do not boot: go on from a snapshot of such a guest, made when it is asked for the first time, in which a program stands
   * by. What the guests of a snapshot share is in docs/snapshots.md.
   */
  readonly snapshot?: StandbyWish;
  /** Replaces single deadlines of deadlines.ts. */
  readonly deadlines?: Partial<Deadlines>;
  /** Save the guest's memory when it hangs or panics: a file of up to `memoryMiB`. */
  readonly dump?: boolean;
  /** The kernel's reports that are excused; by default those of kernel-patch/known-splats.json. */
  readonly knownSplats?: readonly KnownSplat[];
}
