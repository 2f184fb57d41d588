/** Who is measured: dirsync and the programs that people use instead, as they would start them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Pair } from './datasets.ts';

export type Name = 'dirsync' | 'rsync' | 'cp -a' | 'lsyncd' | 'inotifywait+rsync' | 'watchman+rsync';

/** A program that makes the replica once and ends. */
export interface OneShot {
  readonly name: Name;
  readonly command: (pair: Pair) => string[];
}

/** A program that goes on; `ready` is what it says when it is in step. */
export interface Follower {
  readonly name: Name;
  /** `scratch` is a folder for files of its own. */
  readonly command: (pair: Pair, scratch: string) => string[];
  readonly ready: RegExp;
}

/** What each peer needs, and Debian's package that has it. */
const NEEDS: Readonly<Record<Exclude<Name, 'dirsync' | 'cp -a'>, Readonly<Record<string, string>>>> = {
  rsync: { rsync: 'rsync' },
  lsyncd: { lsyncd: 'lsyncd', rsync: 'rsync' },
  'inotifywait+rsync': { inotifywait: 'inotify-tools', rsync: 'rsync' },
  'watchman+rsync': { watchman: 'watchman', rsync: 'rsync' },
};

/** The peers that cannot be measured here, with what installs them. */
export async function absentPeers(): Promise<Map<Name, string>> {
  const absent = new Map<Name, string>();
  for (const [name, programs] of Object.entries(NEEDS))
    for (const [program, packageName] of Object.entries(programs)) {
      const { exitCode } = await execa('which', [program], { reject: false });
      if (exitCode !== 0) absent.set(name as Name, `apt-get install ${packageName}`);
    }
  return absent;
}

export function oneShots(dirsync: string): OneShot[] {
  return [
    {
      name: 'dirsync',
      command: ({ source, destination }) => [dirsync, '--once', '-q', source, destination],
    },
    {
      name: 'rsync',
      command: ({ source, destination }) => ['rsync', '-a', '--delete', `${source}/`, `${destination}/`],
    },
    { name: 'cp -a', command: ({ source, destination }) => ['cp', '-a', `${source}/.`, destination] },
  ];
}

export function followers(dirsync: string): Follower[] {
  return [
    {
      name: 'dirsync',
      command: ({ source, destination }) => [dirsync, source, destination],
      ready: /^Watching directory: /m,
    },
    {
      name: 'lsyncd',
      command: (pair, scratch) => ['lsyncd', '-nodaemon', lsyncdConfig(pair, scratch)],
      ready: /Startup of .* finished/,
    },
    {
      name: 'inotifywait+rsync',
      command: ({ source, destination }) => ['bash', '-c', INOTIFYWAIT_LOOP, 'loop', source, destination],
      ready: /^ready$/m,
    },
    {
      name: 'watchman+rsync',
      command: ({ source, destination }, scratch) => {
        mkdirSync(scratch, { recursive: true });
        return ['bash', '-c', WATCHMAN_TRIGGER, 'trigger', source, destination, scratch];
      },
      ready: /^ready$/m,
    },
  ];
}

/** Direct mode: cp, mv and rm for each event; without the delay in which lsyncd gathers events. */
function lsyncdConfig({ source, destination }: Pair, scratch: string): string {
  mkdirSync(scratch, { recursive: true });
  const path = join(scratch, 'lsyncd.lua');
  writeFileSync(
    path,
    `settings { nodaemon = true }\n` +
      `sync { default.direct, source = ${JSON.stringify(source)}, target = ${JSON.stringify(destination)}, delay = 0 }\n`,
  );
  return path;
}

/** The loop of many a blog: wait for events, take those that are there, let rsync look at everything. */
const INOTIFYWAIT_LOOP = `
  inotifywait -m -r -e modify,create,delete,move,attrib,close_write "$1" 2>&1 | while read -r line; do
    case $line in
      Setting*) continue ;;
      *established*) rsync -a --delete "$1/" "$2/"; echo ready; continue ;;
    esac
    while read -r -t 0.001 line; do :; done
    rsync -a --delete "$1/" "$2/"
  done`;

/** watchman's own way: a trigger, which runs rsync when something has changed. (It adds names, which sh leaves out.) */
const WATCHMAN_TRIGGER = `
  watchman="watchman --sockname=$3/sock --logfile=$3/log --statefile=$3/state --pidfile=$3/pid --no-save-state"
  trap '$watchman shutdown-server >/dev/null; exit 0' TERM INT
  rsync -a --delete "$1/" "$2/"
  $watchman watch "$1" >/dev/null || exit 1
  $watchman -- trigger "$1" mirror '*' -- sh -c 'exec rsync -a --delete "$0/" "$1/"' "$1" "$2" >/dev/null || exit 1
  echo ready
  while :; do sleep 0.1; done`;
