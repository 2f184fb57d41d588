/** The figures as tables for people: medians, ranges, and the ratio of each arm to dirsync. */
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { alignColumns, summarise } from '../../../vm/bench/table.ts';
import type { Sample } from './samples.ts';
import { verdicts } from './targets.ts';

/** What the figures were made on, and how busy it was. */
export function machine(): string {
  const [cpu] = cpus();
  const loads = loadavg().map((load) => load.toFixed(2));
  const gib = (totalmem() / 2 ** 30).toFixed(0);
  return `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${gib} GiB, Linux ${release()}, load ${loads.join(' ')}`;
}

/** The file system that a folder lies on, as /proc/self/mounts has it. */
export function fileSystem(dir: string): string {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  let best = { at: '', type: 'unknown' };
  for (const mount of mounts) {
    const [, at = '', type = ''] = mount.split(' ');
    const above = at === '/' || dir === at || dir.startsWith(`${at}/`);
    if (above && at.length >= best.at.length) best = { at, type };
  }
  return best.type;
}

export function figureLines(samples: readonly Sample[]): string[] {
  const table = [['', 'unit', 'median', 'range', 'runs', 'x dirsync']];
  for (const [figure, of] of Map.groupBy(samples, (sample) => sample.figure)) {
    table.push([figure, '', '', '', '', '']);
    const unit = of[0]?.unit ?? '';
    // What others are compared with comes first, whoever's turn was first.
    const ordered = of.toSorted((a, b) => Number(b.arm === 'dirsync') - Number(a.arm === 'dirsync'));
    for (const row of summarise(ordered))
      table.push([
        `  ${row.arm}`,
        unit,
        shown(row.median),
        `${shown(row.min)} to ${shown(row.max)}`,
        String(of.filter(({ arm }) => arm === row.arm).length),
        row.arm === 'dirsync' || !Number.isFinite(row.ratio) ? '' : row.ratio.toFixed(2),
      ]);
  }
  return alignColumns(table);
}

export function targetLines(samples: readonly Sample[]): string[] {
  const table = [['target', 'at most', 'found', '']];
  for (const { name, limit, found, verdict } of verdicts(samples))
    table.push([name, limit.toFixed(2), found === null ? '-' : found.toFixed(2), verdict]);
  return alignColumns(table);
}

function shown(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
