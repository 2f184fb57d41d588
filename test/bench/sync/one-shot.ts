/** Figures of programs that run to an end: each arm in turn, its Node start and all counted. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillBig, fillTree, makePair, remove, replicate, settleDisk, type Pair } from './datasets.ts';
import type { Lab } from './lab.ts';
import type { OneShot } from './peers.ts';
import { rotated } from './samples.ts';

/** 100,000 files in 1,000 directories that are alike already. */
export async function resync(lab: Lab): Promise<void> {
  const directories = lab.size(1000);
  const pair = makePair(lab.dir, 'resync');
  fillTree(pair.source, directories, 100, 64);
  await replicate(pair);
  const arms = lab.oneShots.filter(({ name }) => name !== 'cp -a');
  const figure = `unchanged re-sync, ${directories * 100} files, ${directories} directories`;
  await settleDisk(lab.dir);
  // Once for the page cache.
  for (const arm of arms) await lab.observer.run(arm.command(pair));
  for (let round = 0; round < lab.rounds * 2; round += 1)
    for (const arm of rotated(arms, round)) await measure(lab, arm, pair, figure);
}

/** 4 files of 256 MiB. */
export async function big(lab: Lab): Promise<void> {
  const mib = lab.size(256);
  const pair = makePair(lab.dir, 'big');
  for (let file = 0; file < 4; file += 1) await fillBig(join(pair.source, `big-${file}`), mib);
  await fresh(lab, pair, `4 files of ${mib} MiB, fresh destination`, Math.min(lab.rounds, 3));
  // Much room, and few inodes.
  remove(join(lab.dir, 'big'));
}

/** 20,000 files of 1 KiB in 200 directories. */
export async function small(lab: Lab): Promise<void> {
  const directories = lab.size(200);
  const pair = makePair(lab.dir, 'small');
  fillTree(pair.source, directories, 100, 1024);
  await fresh(lab, pair, `${directories * 100} small files, fresh destination`, lab.rounds);
}

/** What a million files cost while nothing happens to them. */
export async function memory(lab: Lab): Promise<void> {
  const directories = lab.size(10_000);
  const pair = makePair(lab.dir, 'memory');
  writeFileSync(join(pair.source, 'one'), 'one');
  const [dirsync] = lab.oneShots;
  if (dirsync === undefined) return;
  await lab.observer.run(dirsync.command(pair));
  const least = await lab.observer.run(dirsync.command(pair));
  fillTree(pair.source, directories, 100, 0);
  await replicate(pair);
  const most = await lab.observer.run(dirsync.command(pair));
  const bytes = (most.maxRssKib - least.maxRssKib) * 1024;
  const figure = `--once over ${directories * 100} files in ${directories} directories`;
  lab.report(`${figure}: peak resident`, 'KiB', dirsync.name, most.maxRssKib);
  lab.report(`${figure}: bytes a directory`, 'B', dirsync.name, bytes / directories);
  lab.report(`${figure}: bytes a file`, 'B', dirsync.name, bytes / directories / 100);
}

/** Copies everything each time, into a destination that was not there before. */
async function fresh(lab: Lab, { source }: Pair, figure: string, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1)
    for (const arm of rotated(lab.oneShots, round)) {
      await settleDisk(lab.dir);
      const destination = join(source, '..', `destination-${arm.name}-${round}`);
      await measure(lab, arm, { source, destination }, figure);
    }
}

async function measure(lab: Lab, arm: OneShot, pair: Pair, figure: string): Promise<void> {
  const { ms, cpuMs } = await lab.observer.run(arm.command(pair));
  lab.report(figure, 'ms', arm.name, ms);
  lab.report(`${figure}: processor time`, 'ms', arm.name, cpuMs);
}
