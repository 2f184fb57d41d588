/** Compiles the two programs that make an image a guest of the harness: init and the agent. */
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
}

export async function compileGuest(ctx: Context): Promise<GuestBase> {
  const agentFiles = await readdir(join(SOURCES, 'agent'));
  const sources = agentFiles.filter((name) => name.endsWith('.c')).toSorted();
  const [init, agent] = await compilePrograms(
    [
      { name: 'init', sources: [join(SOURCES, 'init.c')] },
      { name: 'agent', sources: sources.map((name) => join(SOURCES, 'agent', name)) },
    ],
    ctx,
  );
  return { init: init?.path ?? '', agent: agent?.path ?? '' };
}
