/** Figures of programs that follow the source: each arm started for itself, in turn, and ended before the next. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { fillTree, makePair, replicate, settleDisk, type Pair } from './datasets.ts';
import { follow, type Running } from './follow.ts';
import type { Lab } from './lab.ts';
import type { Follower } from './peers.ts';
import { percentile, rotated } from './samples.ts';

/** Milliseconds between two writes, and some more. */
const GAP_MS = 30;

const IDLE_MS = 4000;

/** What is in each figure of a single write: open(2) with O_TRUNC, write(2) and close(2), which take ms on some disks. */
const WRITER = '(the write itself)';

/** From a write to a file until its copy has the bytes. */
export async function write(lab: Lab): Promise<void> {
  const count = lab.size(60);
  const latencies = new Map<string, number[]>();
  await eachRound(lab, 'write', Math.min(lab.rounds, 4), lab.followers, async (follower, pair) => {
    // The first ones find their code cold, in every program.
    await lab.observer.writes(pair.source, pair.destination, 5, GAP_MS);
    const { copied, closed } = await lab.observer.writes(pair.source, pair.destination, count, GAP_MS);
    for (const [arm, found] of [
      [follower.name, copied],
      [WRITER, closed],
    ] as const)
      latencies.set(arm, [...(latencies.get(arm) ?? []), ...found]);
  });
  for (const [arm, values] of latencies) {
    lab.report('single write, p50', 'ms', arm, percentile(values, 0.5));
    lab.report('single write, p99', 'ms', arm, percentile(values, 0.99));
  }
}

/** From the first of a thousand new files until all have their copies. */
export async function burst(lab: Lab): Promise<void> {
  const count = lab.size(1000);
  await eachRound(lab, 'burst', lab.rounds, lab.followers, async (follower, pair) => {
    const ms = await lab.observer.burst(pair.source, pair.destination, count);
    lab.report(`burst of ${count} files`, 'ms', follower.name, ms);
  });
}

/** From the start until all directories are watched and found alike. */
export async function ready(lab: Lab): Promise<void> {
  const directories = lab.size(10_000);
  const pair = await replicated(lab, 'ready', directories);
  for (let round = -1; round < lab.rounds; round += 1)
    for (const follower of rotated(lab.followers, round + 1)) {
      const running = await follow(follower, pair, join(lab.dir, 'scratch'));
      await running.stop();
      // The first round is for the page cache.
      if (round >= 0)
        lab.report(`start to ready, ${directories} directories`, 'ms', follower.name, running.readyMs);
    }
}

/** What a program uses while nothing happens. */
export async function idle(lab: Lab): Promise<void> {
  const directories = lab.size(10_000);
  const pair = await replicated(lab, 'idle', directories);
  for (const follower of lab.followers) {
    const running = await follow(follower, pair, join(lab.dir, 'scratch'));
    await delay(1000);
    const pids = await family(running);
    const before = ticks(pids);
    await delay(IDLE_MS);
    const used = ticks(pids) - before;
    lab.report(
      `idle with ${directories} directories: ticks in ${IDLE_MS / 1000} s`,
      'ticks',
      follower.name,
      used,
    );
    lab.report(`idle with ${directories} directories: resident`, 'MiB', follower.name, resident(pids));
    await running.stop();
  }
}

async function replicated(lab: Lab, name: string, directories: number): Promise<Pair> {
  const pair = makePair(lab.dir, name);
  fillTree(pair.source, directories, 1, 16);
  await replicate(pair);
  await settleDisk(lab.dir);
  return pair;
}

/** Runs `measure` beside each follower, with an empty pair of roots for each. */
async function eachRound(
  lab: Lab,
  name: string,
  rounds: number,
  arms: readonly Follower[],
  measure: (follower: Follower, pair: Pair) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round += 1)
    for (const follower of rotated(arms, round)) {
      const pair = makePair(lab.dir, `${name}-${follower.name}-${round}`);
      await replicate(pair);
      const running = await follow(follower, pair, join(lab.dir, 'scratch'));
      try {
        await measure(follower, pair);
      } catch (error) {
        throw new Error(`${follower.name}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        });
      } finally {
        await running.stop();
      }
    }
}

/** The process and its descendants; of watchman, whose server leaves its family, the server, too. */
async function family({ pid }: Running): Promise<number[]> {
  const pids = [pid];
  for (const parent of pids) {
    const { stdout } = await execa('pgrep', ['-P', String(parent)], { reject: false });
    pids.push(...stdout.split('\n').filter(Boolean).map(Number));
  }
  return pids;
}

/** Clock ticks (of 10 ms) of processor time. */
function ticks(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  });
}

/** MiB. */
function resident(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    const found = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1] ?? 0) / 1024;
  });
}

function sum(pids: readonly number[], of: (pid: number) => number): number {
  let total = 0;
  for (const pid of pids) {
    try {
      total += of(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  return total;
}
