/**
 * Makes the one executable that users get: `node userland/package.ts --out <file>`. With `--entry`, another program of the
 * same parts.
 *
 * Bundle, addon and the pinned Node go through pkg, without a download; the result is run once and then published by a
 * rename. The same sources give the same bytes in every folder. Silent when all went well.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { buildAddon } from './native/build.ts';
import { seedBase } from './packaging/base.ts';
import { bundle } from './packaging/bundle.ts';
import { PackageError } from './packaging/error.ts';
import { runPkg } from './packaging/pkg.ts';

const CHECKOUT = resolve(import.meta.dirname, '..');

export interface PackageOptions {
  /** The executable to make or replace. */
  readonly out: string;
  /** Default `userland/src/main.ts`. */
  readonly entry?: string;
  readonly signal?: AbortSignal;
}

/** Makes the executable. When it fails or is aborted, `out` is as it was, and nothing else is left. */
export async function packageSyncer(options: PackageOptions): Promise<void> {
  const signal = options.signal ?? new AbortController().signal;
  const out = resolve(options.out);
  const partial = `${out}.${randomUUID()}`;
  // pkg writes this path into its output, so it must be of one length everywhere: not below the checkout.
  const temp = await mkdtemp('/tmp/dirsync-');
  try {
    const script = join(temp, 'main.cjs');
    await mkdir(dirname(out), { recursive: true });
    const base = await seedBase(CHECKOUT, join(CHECKOUT, 'build/package'), signal);
    const entry = options.entry ?? 'userland/src/main.ts';
    await bundle(CHECKOUT, entry, await buildAddon({ signal }), script);
    await runPkg({ checkout: CHECKOUT, script, temp, out: partial, base, signal });
    await checkRuns(partial, signal);
    await rename(partial, out);
  } finally {
    await rm(partial, { force: true });
    await rm(temp, { recursive: true, force: true });
  }
}

/** pkg reports success even for a base that does not fit; the program then prints nothing and exits with 0. */
async function checkRuns(program: string, signal: AbortSignal): Promise<void> {
  const options = { cancelSignal: signal, timeout: 30_000, reject: false } as const;
  const { exitCode, stdout, stderr } = await execa(program, ['--version'], options);
  signal.throwIfAborted();
  if (exitCode === 0 && stdout !== '') return;
  const found = exitCode === 0 ? 'it prints nothing' : `exit code ${exitCode}: ${stderr}`;
  const hint = 'rm -r build/package, then again: the Node base of pkg may be damaged';
  throw new PackageError('PACKAGE_DOES_NOT_RUN', 'run the new executable with --version', found, hint);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { out: { type: 'string' }, entry: { type: 'string' } } });
  const { out, entry } = values;
  if (out === undefined) throw new Error('usage: node userland/package.ts --out <file> [--entry <file>]');
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  try {
    await packageSyncer({ out, ...(entry !== undefined && { entry }), signal: interrupted.signal });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
