/** Looks for each requirement on this host: what was found, in which version. */
import { access, constants, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { findCommand } from './find-command.ts';
import type { Requirement } from './requirement.ts';
import { isAtLeast } from './version.ts';

export interface Finding {
  readonly requirement: Requirement;
  /** The command, header or library, as it is named in the requirement. */
  readonly name: string;
  /** Whether it is there and not too old. */
  readonly present: boolean;
  /** Its version, or where it lies if it does not tell one; empty when it is missing. */
  readonly found: string;
}

/** Looks for all of `requirements`, each one once. */
export async function examine(requirements: readonly Requirement[]): Promise<Finding[]> {
  const unique = new Map(requirements.map((requirement) => [nameOf(requirement), requirement]));
  return await Promise.all([...unique].map(([name, requirement]) => look(name, requirement)));
}

function nameOf({ command, header, library, packages }: Requirement): string {
  return command ?? header ?? library ?? packages.debian;
}

async function look(name: string, requirement: Requirement): Promise<Finding> {
  const found = await locate(requirement);
  const { oldest } = requirement;
  const present = found !== undefined && (oldest === undefined || isAtLeast(found, oldest));
  return { requirement, name, present, found: found ?? '' };
}

async function locate({ command, header, library }: Requirement): Promise<string | undefined> {
  if (command !== undefined) {
    const path = await findCommand(command);
    return path === undefined ? undefined : await versionOf(path);
  }
  if (header !== undefined) return await findBelow(['/usr/include'], header);
  if (library !== undefined) return await findBelow(['/usr/lib64', '/usr/lib'], library);
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

/** Headers and libraries lie in the system's folder for them, or in that of the multiarch triplet below it. */
async function findBelow(roots: readonly string[], name: string): Promise<string | undefined> {
  for (const root of roots) {
    const triplets = (await readdir(root).catch(() => [])).filter((entry) => entry.includes('-linux-'));
    for (const folder of [root, ...triplets.map((triplet) => join(root, triplet))]) {
      const candidate = join(folder, name);
      if (await isReadable(candidate)) return candidate;
    }
  }
  return undefined;
}

async function isReadable(path: string): Promise<boolean> {
  return await access(path, constants.R_OK).then(
    () => true,
    () => false,
  );
}
