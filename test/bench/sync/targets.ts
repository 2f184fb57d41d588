/** What dirsync is to reach, and whether it did: ratios of medians within one run. */
import { median } from '../../../vm/results/statistics.ts';
import type { Sample } from './samples.ts';

interface Target {
  readonly name: string;
  /** Figures whose name begins so. */
  readonly figure: string;
  /** What dirsync's median is measured by; `best`: the fastest peer's, null: the limit itself. */
  readonly against: string | null;
  /** dirsync's median divided by that is at most so much. */
  readonly limit: number;
}

const TARGETS: readonly Target[] = [
  {
    name: 'unchanged re-sync: a third of rsync',
    figure: 'unchanged re-sync',
    against: 'rsync',
    limit: 1 / 3,
  },
  { name: 'single write: p50 within 1 ms', figure: 'single write, p50', against: null, limit: 1 },
  { name: "single write: p99 within lsyncd's", figure: 'single write, p99', against: 'lsyncd', limit: 1 },
  { name: 'burst: half of the best peer', figure: 'burst', against: 'best', limit: 0.5 },
  { name: 'start to ready: the best peer', figure: 'start to ready', against: 'best', limit: 1 },
  { name: 'big files: 1.1 of cp -a', figure: '4 files', against: 'cp -a', limit: 1.1 },
  { name: 'small files: 0.6 of rsync', figure: 'small files', against: 'rsync', limit: 0.6 },
  { name: 'small files: cp -a', figure: 'small files', against: 'cp -a', limit: 1 },
  { name: 'idle: no processor time', figure: 'idle ticks', against: null, limit: 0 },
];

export interface Verdict {
  readonly name: string;
  readonly limit: number;
  /** null: not measured, or the peer is absent. */
  readonly found: number | null;
  readonly verdict: 'met' | 'missed' | 'not measured';
}

export function verdicts(samples: readonly Sample[]): Verdict[] {
  return TARGETS.map((target) => {
    const found = ratio(target, samples);
    const verdict = found === null ? 'not measured' : found <= target.limit ? 'met' : 'missed';
    return { name: target.name, limit: target.limit, found, verdict };
  });
}

function ratio({ figure, against }: Target, samples: readonly Sample[]): number | null {
  const ours = samples.filter((sample) => belongs(sample.figure, figure));
  const medians = new Map(
    [...Map.groupBy(ours, ({ arm }) => arm)].map(([arm, of]) => [arm, median(of.map(({ value }) => value))]),
  );
  const own = medians.get('dirsync');
  medians.delete('dirsync');
  const peer =
    against === null ? 1 : against === 'best' ? Math.min(...medians.values()) : medians.get(against);
  if (own === undefined || peer === undefined || !Number.isFinite(peer)) return null;
  return own / peer;
}

/** `idle ticks` and `small files` have numbers in between. */
function belongs(figure: string, words: string): boolean {
  if (figure.endsWith(': processor time')) return false;
  if (words === 'idle ticks') return figure.includes(': ticks in');
  return words === 'small files' ? figure.includes(words) : figure.startsWith(words);
}
