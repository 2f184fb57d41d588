/** How long each phase of a guest may take before the guest is judged, in milliseconds, in one table. */

export interface Deadlines {
  /** From QEMU's start to the agent's hello. */
  readonly bootMs: number;
  /** From one sign of life of the agent (it beats once a second) to the next. */
  readonly beatMs: number;
  /** From the request to shut down, from the agent's end, and from its `done`, to QEMU's exit. */
  readonly exitMs: number;
  /** From a panic's first line to QEMU's exit: time to print the rest of the report. */
  readonly panicMs: number;
}

/**
 * Under KVM. `beatMs` is above the kernel's own detectors (RCU stall 21 s, soft lockup 20 s), so that a hang which the
 * kernel can explain is reported in the kernel's words.
 */
const KVM: Deadlines = { bootMs: 10_000, beatMs: 30_000, exitMs: 5_000, panicMs: 1_000 };

/**
 * What TCG is given more, where the guest computes, on a host like the one where this was measured.
 *
 * Measured on two cores, QEMU 7.2, Linux 6.1.192, q35: hello 2.2 s after QEMU's start, and 6 to 9 s on the same host
 * with four jobs for each core; exit 0.04 to 0.2 s after the request; a panic's report 0.03 s. CI hosts are busy, too:
 * the deadlines are three times the worst that was seen, or more.
 */
const TCG_FACTOR = 3;

/** How many times slower than measured the guest may be, see pace.ts. */
export interface Pace {
  /** Of the host's emulation; counts under TCG only. */
  readonly host: number;
  /** Of a kernel that checks itself. */
  readonly kernel: number;
  /** Whether the guest's clocks count its instructions. */
  readonly icount?: boolean;
}

/**
 * What a guest under icount is given more. Measured as above: hello 1.3 s instead of 0.8 s after QEMU's start (microvm);
 * and a second of a busy guest's own time, after which its agent beats, takes 6 s of the host's.
 */
const ICOUNT = { work: 3, clock: 10 };

/** The deadlines for an accelerator, with `overrides` on top. */
export function deadlinesFor(
  accel: 'kvm' | 'tcg',
  pace: Pace,
  overrides: Partial<Deadlines> = {},
): Deadlines {
  const { work, clock } = pace.icount === true ? ICOUNT : { work: 1, clock: 1 };
  const factor = pace.kernel * (accel === 'tcg' ? TCG_FACTOR * pace.host * work : 1);
  return {
    bootMs: Math.round(KVM.bootMs * factor),
    // The agent's beat costs nothing to compute, and the kernel's own detectors know no factor either: all go by the guest's
    // clock.
    beatMs: KVM.beatMs * (clock === 1 ? 1 : clock * pace.host),
    exitMs: Math.round(KVM.exitMs * factor),
    panicMs: Math.round(KVM.panicMs * factor),
    ...overrides,
  };
}
