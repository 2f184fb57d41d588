import { createHash } from 'node:crypto';
import { existsSync, readdirSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import t from 'tap';
import { fileHash, rememberedHash } from '../../../../vm/host/file-hash.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

const sha256 = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');

void t.test(
  'the digest is that of the content, also across the borders of what is read at once',
  async (t) => {
    const path = join(t.testdir(), 'file');
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: (1 << 21) + 1 }), fc.nat(255), async (size, byte) => {
        const data = Buffer.alloc(size, byte);
        await writeFile(path, data);
        t.equal(await fileHash(path), sha256(data));
      }),
      {
        numRuns: 10,
        examples: [
          [0, 0],
          [1 << 20, 1],
        ],
      },
    );
  },
);

/** Sets the clock ahead of every file made before, as if they had lain there for a while. */
function laterBy(ms: number, t: { teardown: (handler: () => void) => void }): void {
  const now = Date.now;
  Date.now = () => now() + ms;
  t.teardown(() => {
    Date.now = now;
  });
}

/** Writes a file of which nothing but the ctime, or the inode, tells that it is another. */
function write(path: string, byte: number): Buffer {
  const data = Buffer.alloc(1 << 20, byte);
  writeFileSync(path, data);
  utimesSync(path, 1000, 1000);
  return data;
}

void t.test('a large file is read once, until anything about it changes', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const digests = join(ctx.cache.root, 'digest');
  const path = join(folder, 'large');
  const first = write(path, 1);
  laterBy(60_000, t);
  t.equal(await rememberedHash(path, ctx.cache), sha256(first));
  const [entry = ''] = readdirSync(digests);
  writeFileSync(join(digests, entry, 'sha256'), 'remembered');
  t.equal(await rememberedHash(path, ctx.cache), 'remembered', 'not read again');

  const second = write(path, 2);
  t.equal(await rememberedHash(path, ctx.cache), sha256(second), 'same size, mtime set back');
  const third = write(`${path}.other`, 3);
  renameSync(`${path}.other`, path);
  t.equal(await rememberedHash(path, ctx.cache), sha256(third), 'another file of that name');
});

void t.test('what was written just now, or is small, is not remembered', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const path = join(folder, 'file');
  writeFileSync(path, Buffer.alloc(1 << 20));
  await rememberedHash(path, ctx.cache);
  t.notOk(existsSync(join(ctx.cache.root, 'digest')), 'it may change within the same tick');
  laterBy(60_000, t);
  writeFileSync(path, 'small');
  await rememberedHash(path, ctx.cache);
  t.notOk(existsSync(join(ctx.cache.root, 'digest')));
});
