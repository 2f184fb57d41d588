/** A copy that takes a while, so that something can happen in the middle of it. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execaSync } from 'execa';
import { isReserved } from '../../userland/src/compare/reserved.ts';
import type { Lab } from './syncer.ts';
import { waitFor } from './wait.ts';

/** Writes `large` in the source: half a gigabyte of real data that no file system can share or leave out. */
export function writeLarge(lab: Lab): string {
  const path = join(lab.source, 'large');
  execaSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=4M', 'count=128', 'status=none']);
  return path;
}

/** Temporary files in the destination. */
export function leftovers(lab: Lab): string[] {
  try {
    return readdirSync(lab.destination).filter((name) => isReserved(name));
  } catch {
    return [];
  }
}

/** Waits until a copy has begun and has not ended; throws when there is none. */
export async function copyBegun(lab: Lab): Promise<void> {
  const problem = await waitFor(() => (leftovers(lab).length > 0 ? null : 'no copy has begun'), 30_000);
  if (problem !== null) throw new Error(problem);
}
