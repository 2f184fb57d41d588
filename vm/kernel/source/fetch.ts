/** The fetch stage: from a request (`auto`, a name, or a path) to a pristine tree in the cache. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { InfraError } from '../../errors.ts';
import { runStage } from '../../events.ts';
import { fetchFromDebian } from './debian.ts';
import { fetchFromKernelOrg, type KernelOrgOptions } from './kernel-org.ts';
import { fetchFromLocal } from './local.ts';
import { readPristine } from './pristine.ts';
import type { KernelSource } from './source.ts';

export interface FetchOptions {
  /** `auto` tries kernel.org, then Debian. Anything but these names is the path of a tarball or tree. */
  readonly source: 'auto' | 'kernel.org' | 'debian' | (string & {});
  readonly kernelOrg?: KernelOrgOptions;
}

/** What keeps `auto` from going on to the next source: these are no matter of reach. */
const FATAL = new Set(['DISK_FULL', 'WRONG_CHECKSUM']);

/**
 * Returns the pristine tree for `options.source`, fetching it first if the cache does not hold what an equal request
 * fetched before: then the network is not touched.
 *
 * @throws `InfraError` or `UserError`, see the sources; `SOURCE_UNREACHABLE` from `auto` says why each of them failed
 */
export async function fetchKernel(options: FetchOptions, ctx: Context): Promise<KernelSource> {
  const { source } = options;
  return runStage(ctx.events, 'fetch', `Linux from ${source}`, async () => {
    const named = source === 'auto' || source === 'kernel.org' || source === 'debian';
    const before = named ? await remembered(options, ctx) : undefined;
    const value = before ?? (await fetchNow(options, ctx));
    if (named && before === undefined) await remember(options, value, ctx);
    const outcome = before === undefined ? 'done' : 'cached';
    return { outcome, detail: `Linux ${value.version} from ${value.from}`, value };
  });
}

async function fetchNow(options: FetchOptions, ctx: Context): Promise<KernelSource> {
  switch (options.source) {
    case 'kernel.org':
      return fetchFromKernelOrg(options.kernelOrg ?? {}, ctx);
    case 'debian':
      return fetchFromDebian(ctx);
    case 'auto':
      return fetchFirst(
        [
          { name: 'kernel.org', fetch: () => fetchFromKernelOrg(options.kernelOrg ?? {}, ctx) },
          { name: 'debian', fetch: () => fetchFromDebian(ctx) },
        ],
        ctx,
      );
    default:
      return fetchFromLocal(options.source, ctx);
  }
}

interface Candidate {
  readonly name: string;
  readonly fetch: () => Promise<KernelSource>;
}

/** Tries the candidates in their order, and notes which was taken and why the ones before it were not. */
export async function fetchFirst(candidates: readonly Candidate[], ctx: Context): Promise<KernelSource> {
  const reasons: string[] = [];
  for (const { name, fetch } of candidates) {
    try {
      const source = await fetch();
      ctx.events.emit({
        kind: 'note',
        text: [`took Linux ${source.version} from ${name}`, ...reasons].join('; '),
      });
      return source;
    } catch (error) {
      if (!(error instanceof InfraError) || FATAL.has(error.code)) throw error;
      reasons.push(`not from ${name}: ${error.found.split('\n')[0]}`);
      ctx.events.emit({ kind: 'note', text: `${name} did not serve: ${error.found}` });
    }
  }
  throw new InfraError({
    code: 'SOURCE_UNREACHABLE',
    tried: `fetch Linux from ${candidates.map(({ name }) => name).join(', ')}`,
    found: reasons.join('; '),
    hint: 'npm run vm:fetch -- --source <tarball or tree>',
  });
}

/** `kernel-request/<key>/source`: the folder of the pristine tree that a request led to. */
function requestPath(options: FetchOptions, ctx: Context): string {
  return ctx.cache.entryPath('kernel-request', requestInputs(options));
}

function requestInputs(options: FetchOptions): { source: string; sha256: string; mirror: string } {
  const { sha256 = '', baseUrl = '' } = options.kernelOrg ?? {};
  return { source: options.source, sha256, mirror: baseUrl };
}

async function remembered(options: FetchOptions, ctx: Context): Promise<KernelSource | undefined> {
  const entry = requestPath(options, ctx);
  if (!(await ctx.cache.use(entry))) return undefined;
  const name = await readFile(join(entry, 'source'), 'utf8');
  const dir = join(ctx.cache.root, 'kernel-source', name);
  if (await ctx.cache.use(dir)) return readPristine(dir);
  // Somebody removed the tree by hand; the request must be answered anew.
  await rm(entry, { recursive: true });
  return undefined;
}

async function remember(options: FetchOptions, source: KernelSource, ctx: Context): Promise<void> {
  const name = source.tree.split('/').at(-2) ?? '';
  await ctx.cache.produce('kernel-request', requestInputs(options), (dir) =>
    writeFile(join(dir, 'source'), name),
  );
}
