/** What the guest's program prints, and the one figure that is made of it. */
import { z } from 'zod';
import { median } from '../../results/statistics.ts';

/** Of what a nanosecond of the guest's clock is a measure. */
export type Unit = 'instructions' | 'ns';

export const FILE_SYSTEMS = ['tmpfs', 'ext4'] as const;
export type FileSystem = (typeof FILE_SYSTEMS)[number];

/** A thousand of each, in nanoseconds of the guest's clock; and one reading of the clock. */
export interface Calibration {
  /** Turns of a loop of two instructions. */
  readonly loop: number;
  /** Bytes. */
  readonly rep_movsb: number;
  /** Quadwords. */
  readonly rep_movsq: number;
  readonly clock: number;
}

export interface Measurement {
  readonly unit: Unit;
  readonly fileSystem: FileSystem;
  readonly arm: string;
  /** Files in each directory. */
  readonly entries: number;
  /** Percent of them that differ. */
  readonly changed: number;
  /** How often a pass went over the directory. */
  readonly rounds: number;
  /** Nanoseconds of each pass. */
  readonly ns: readonly number[];
}

/** All that one start of the program tells. */
export interface ProgramOutput {
  readonly calibration: Calibration | undefined;
  /** Arms whose call the kernel has not. */
  readonly absent: readonly string[];
  readonly measured: readonly Omit<Measurement, 'unit' | 'fileSystem'>[];
}

const Line = z.union([
  z.strictObject({
    calibration: z.strictObject({
      loop: z.number(),
      rep_movsb: z.number(),
      rep_movsq: z.number(),
      clock: z.number(),
    }),
  }),
  z.strictObject({ absent: z.string() }),
  z.strictObject({
    arm: z.string(),
    entries: z.int().positive(),
    changed: z.number().min(0).max(100),
    rounds: z.int().positive(),
    ns: z.array(z.number().nonnegative()).min(1),
  }),
]);

/** @throws ZodError or SyntaxError for a line that is none of the program's */
export function parseOutput(stdout: string): ProgramOutput {
  const lines = stdout.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => Line.parse(JSON.parse(line)));
  return {
    calibration: parsed.flatMap((line) => ('calibration' in line ? [line.calibration] : []))[0],
    absent: parsed.flatMap((line) => ('absent' in line ? [line.absent] : [])),
    measured: parsed.flatMap((line) => ('arm' in line ? [line] : [])),
  };
}

/**
 * What one file cost. Instructions: the least of all passes, for what a timer's interrupt adds to some of them belongs to
 * none. Time: the median.
 */
export function perFile({ unit, entries, rounds, ns }: Measurement): number {
  const total = unit === 'instructions' ? Math.min(...ns) : median(ns);
  return total / (entries * rounds);
}
