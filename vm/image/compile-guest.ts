/** Compiles the programs that make an image a guest of the harness: init, the agent, and the guest's part of faults. */
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { compilePrograms } from './compile.ts';

const SOURCES = resolve(import.meta.dirname, '..', 'guest');

export interface GuestBase {
  /** Absolute path of the executable that becomes `/init`. */
  readonly init: string;
  /** Absolute path of the executable that becomes `/bin/agent`. */
  readonly agent: string;
  /** Absolute path of the executable that becomes `/bin/faults`. */
  readonly faults: string;
}

export async function compileGuest(ctx: Context): Promise<GuestBase> {
  const [init, agent, faults] = await compilePrograms(
    [
      { name: 'init', sources: [join(SOURCES, 'init.c')] },
      { name: 'agent', sources: await sourcesIn('agent') },
      { name: 'faults', sources: await sourcesIn('faults') },
    ],
    ctx,
  );
  return { init: init?.path ?? '', agent: agent?.path ?? '', faults: faults?.path ?? '' };
}

/** The C files of a program that has a folder of its own. */
async function sourcesIn(folder: string): Promise<string[]> {
  const names = await readdir(join(SOURCES, folder));
  return names
    .filter((name) => name.endsWith('.c'))
    .toSorted()
    .map((name) => join(SOURCES, folder, name));
}
