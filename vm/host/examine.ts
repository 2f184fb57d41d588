/** Looks for each requirement on this host: what was found, in which version. */
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Requirement } from './requirement.ts';

export interface Finding {
  readonly requirement: Requirement;
  /** The command or header, as it is named in the requirement. */
  readonly name: string;
  readonly present: boolean;
  /** Its version, or where it lies if it does not tell one; empty when it is missing. */
  readonly found: string;
}

/** System folders that are not on every user's PATH, and hold e.g. mkfs.ext4. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Looks for all of `requirements`, each one once. */
export async function examine(requirements: readonly Requirement[]): Promise<Finding[]> {
  const unique = new Map(requirements.map((requirement) => [nameOf(requirement), requirement]));
  return await Promise.all([...unique].map(([name, requirement]) => look(name, requirement)));
}

function nameOf(requirement: Requirement): string {
  return requirement.command ?? requirement.header ?? requirement.packages.debian;
}

async function look(name: string, requirement: Requirement): Promise<Finding> {
  const found = await locate(requirement);
  return { requirement, name, present: found !== undefined, found: found ?? '' };
}

async function locate(requirement: Requirement): Promise<string | undefined> {
  if (requirement.command !== undefined) {
    const path = await findCommand(requirement.command);
    return path === undefined ? undefined : await versionOf(path);
  }
  if (requirement.header !== undefined) return await findHeader(requirement.header);
  return undefined;
}

/** The absolute path of an executable on PATH or in a system folder. */
export async function findCommand(
  command: string,
  path = process.env['PATH'] ?? '',
): Promise<string | undefined> {
  for (const folder of [...path.split(':').filter(Boolean), ...SYSTEM_FOLDERS]) {
    const candidate = join(folder, command);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/** Programs answer `--version` in many ways, some not at all: then the path is what can be said of them. */
async function versionOf(path: string): Promise<string> {
  const { stdout, failed } = await execa(path, ['--version'], {
    reject: false,
    stdin: 'ignore',
    timeout: 5000,
  });
  const version = /\d+(?:\.\d+)+[\w.+-]*/.exec(stdout);
  return failed || version === null ? path : version[0];
}

/** Headers lie in /usr/include or in the folder of the multiarch triplet below it. */
async function findHeader(header: string): Promise<string | undefined> {
  const root = '/usr/include';
  const triplets = (await readdir(root).catch(() => [])).filter((entry) => entry.includes('-linux-'));
  for (const folder of [root, ...triplets.map((triplet) => join(root, triplet))]) {
    const candidate = join(folder, header);
    if (await isReadable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isReadable(path: string): Promise<boolean> {
  return await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
