/** What the kernel complained of on its console. */

/**
 * `panic`: the kernel is dead. `splat`: it goes on, but what it does from here proves nothing. `stall`: something does
 * not get on, which is a splat in a guest that lives and the explanation of one that hangs.
 */
export type FindingKind = 'panic' | 'splat' | 'stall';

export interface Finding {
  readonly kind: FindingKind;
  /** What and where, in a line that is the same whenever the same happens: `BUG: KASAN: use-after-free in foo`. */
  readonly title: string;
  /** The first and the last line of the report, counted from 1 as an editor does in console.log. */
  readonly from: number;
  readonly to: number;
  /** The report as it was printed, without what others printed between its lines; long ones are cut. */
  readonly text: string;
  /** Set when known-splats.json excuses it: why, and until when. */
  readonly known?: { readonly reason: string; readonly expires: string };
}

/** Which explanation of a hang is the nearest to its cause: a prefix of a title, the best first. */
const HANG_EXPLANATIONS = [
  'INFO: rcu detected stall',
  'BUG: soft lockup',
  'BUG: workqueue lockup',
  'INFO: task hung',
];

/** Of several signs of one hang the one that tells most of it; undefined when there is none. */
export function explanationOfHang(findings: readonly Finding[]): Finding | undefined {
  const rank = ({ title }: Finding): number => {
    const index = HANG_EXPLANATIONS.findIndex((prefix) => title.startsWith(prefix));
    return index < 0 ? HANG_EXPLANATIONS.length : index;
  };
  return findings.filter(({ kind }) => kind === 'stall').toSorted((a, b) => rank(a) - rank(b))[0];
}
