/**
 * The content-addressed store of stage results.
 *
 * A result is a folder named by the hash of everything that went into it. It is made in a scratch folder beside and
 * published by one rename, so a killed build leaves either the whole result or none. Scratch folders of processes
 * that no longer live are swept when a cache is opened.
 *
 *     <root>/<kind>/<key>/...      published, never changed again
 *     <root>/scratch/<pid>-<id>/   being made
 *     <root>/work/<name>/          mutable build trees, see `workspace`
 *     <root>/users/<pid>           the results that a process uses, one path a line: clean.ts keeps them
 */
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Values that have one canonical JSON form. */
export type KeyValue =
  | string
  | number
  | boolean
  | null
  | readonly KeyValue[]
  | { readonly [name: string]: KeyValue };

/** The sha256, in hex, of `value`'s JSON with sorted object keys. */
export function contentKey(value: KeyValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function canonicalJson(value: KeyValue): string {
  if (Array.isArray(value)) return `[${value.map((item: KeyValue) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value as Record<string, KeyValue>).toSorted(([a], [b]) =>
      a < b ? -1 : 1,
    );
    return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

export interface CacheEntry {
  /** Absolute path of the published folder; its content must not be changed. */
  readonly dir: string;
  readonly key: string;
  /** Whether it was there already. */
  readonly hit: boolean;
}

export class Cache {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Opens (and creates) the cache at `root`, and sweeps what ended processes left in it. */
  static async open(root: string): Promise<Cache> {
    for (const folder of [join(root, 'scratch'), join(root, 'users')]) {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        const pid = Number.parseInt(name, 10);
        if (!isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true });
      }
    }
    return new Cache(root);
  }

  /** The results that processes use which live. */
  async inUse(): Promise<ReadonlySet<string>> {
    const users = join(this.root, 'users');
    const lists = (await readdir(users))
      .filter((name) => isAlive(Number(name)))
      .map((name) => readFile(join(users, name), 'utf8'));
    return new Set((await Promise.all(lists)).flatMap((list) => list.split('\n')));
  }

  /** The folder in which the result of `kind` with these `inputs` is, or would be, published. */
  entryPath(kind: string, inputs: KeyValue): string {
    return join(this.root, kind, contentKey(inputs).slice(0, 32));
  }

  /**
   * Counts this process as a user of the result in the folder `dir`, and the result's age from now.
   *
   * @returns whether it is there
   */
  async use(dir: string): Promise<boolean> {
    // Said before it is looked for: what is found is then safe from being cleaned away.
    await appendFile(join(this.root, 'users', String(process.pid)), `${dir}\n`);
    const now = new Date();
    return await utimes(dir, now, now).then(
      () => true,
      () => existsSync(dir),
    );
  }

  /**
   * Returns the result of `kind` for `inputs`, making it first if it is not there.
   *
   * `make` fills the empty folder that it is given. When it throws, the folder is removed and the error passes
   * through. `inputs` is written beside the result as `key.json`, so that a person can see what a key stands for.
   */
  async produce(kind: string, inputs: KeyValue, make: (dir: string) => Promise<void>): Promise<CacheEntry> {
    const dir = this.entryPath(kind, inputs);
    const key = contentKey(inputs);
    if (await this.use(dir)) return { dir, key, hit: true };
    await this.scratch(async (scratch) => {
      await make(scratch);
      await writeFile(join(scratch, 'key.json'), `${JSON.stringify(inputs, null, 2)}\n`);
      await mkdir(join(this.root, kind), { recursive: true });
      try {
        await rename(scratch, dir);
      } catch (error) {
        // Another process published the same content first: equal keys mean equal results, so theirs serves.
        if (!existsSync(dir)) throw error;
      }
    });
    return { dir, key, hit: false };
  }

  /** Gives `use` an empty folder on the cache's file system, removed afterwards unless it was renamed away. */
  async scratch<T>(use: (dir: string) => Promise<T>): Promise<T> {
    const dir = join(this.root, 'scratch', `${process.pid}-${randomUUID()}`);
    await mkdir(dir, { recursive: true });
    try {
      return await use(dir);
    } finally {
      // Writes that were on their way when the work was given up may still land here: ENOTEMPTY, try again.
      await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    }
  }

  /** The path of a mutable work folder that survives runs, such as a kernel build tree; created when missing. */
  async workspace(name: string): Promise<string> {
    const dir = join(this.root, 'work', name);
    await mkdir(dir, { recursive: true });
    const now = new Date();
    await utimes(dir, now, now);
    return dir;
  }
}

/** Whether the process `pid` lives. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
