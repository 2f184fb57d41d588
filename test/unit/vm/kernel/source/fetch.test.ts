import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { InfraError } from '../../../../../vm/errors.ts';
import { fetchFirst, fetchKernel } from '../../../../../vm/kernel/source/fetch.ts';
import { fakeKernel, failureOf, outcomes, type Fake } from '../fake.ts';
import { serve } from './server.ts';

interface Tarball {
  readonly path: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

async function tarballOf(fake: Fake): Promise<Tarball> {
  const path = join(fake.dir, 'linux-6.1.tar.xz');
  await execa('tar', ['-C', fake.dir, '-cJf', path, 'linux']);
  const bytes = await readFile(path);
  return { path, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

function fail(code: string): () => Promise<never> {
  return async () => {
    throw new InfraError({ code, tried: 'x', found: 'no route' });
  };
}

async function assertNothing(test: Test, fake: Fake): Promise<void> {
  test.notOk(existsSync(join(fake.ctx.cache.root, 'kernel-source')), 'nothing is published');
  test.same(await readdir(join(fake.ctx.cache.root, 'scratch')), [], 'nothing is left in scratch');
}

void t.test('kernel.org: downloaded, verified, unpacked, and never asked again', async (test) => {
  const fake = await fakeKernel(test);
  const { bytes, sha256 } = await tarballOf(fake);
  const server = await serve(test, (_request, response) => {
    response.setHeader('content-length', bytes.length);
    response.end(bytes);
  });
  const options = { source: 'auto', kernelOrg: { baseUrl: `${server.url}/v6.x/`, sha256 } };
  const source = await fetchKernel(options, fake.ctx);
  test.match(source, { origin: 'kernel.org', version: '6.1.99', sha256, hashOf: 'tarball' });
  test.same(server.requests, ['/v6.x/linux-6.1.tar.xz']);
  test.match(await readFile(join(source.tree, 'kernel', 'fork.c'), 'utf8'), /fork_count/);
  test.ok(fake.events.some((e) => e.kind === 'note' && e.text.includes('took Linux 6.1.99 from kernel.org')));

  fake.events.length = 0;
  test.same(await fetchKernel(options, fake.ctx), source);
  test.equal(server.requests.length, 1, 'the network was not touched');
  test.same(outcomes(fake.events), ['fetch: cached']);

  await rm(join(source.tree, '..'), { recursive: true });
  test.same(await fetchKernel(options, fake.ctx), source, 'a tree that was removed is fetched again');
  test.equal(server.requests.length, 2);
});

void t.test('a wrong checksum stops everything, auto too', async (test) => {
  const fake = await fakeKernel(test);
  const { bytes } = await tarballOf(fake);
  const server = await serve(test, (_request, response) => response.end(bytes));
  const sha256 = '0'.repeat(64);
  const error = await failureOf(
    fetchKernel({ source: 'auto', kernelOrg: { baseUrl: server.url, sha256 } }, fake.ctx),
  );
  test.equal(error.code, 'WRONG_CHECKSUM');
  test.match(error.found, new RegExp(`instead of ${sha256}`));
  test.equal(error.verdict, 'INFRA');
  await assertNothing(test, fake);
});

void t.test('a download that is cut off says how far it came', async (test) => {
  const fake = await fakeKernel(test);
  const { bytes, sha256 } = await tarballOf(fake);
  const server = await serve(test, (_request, response) => {
    response.setHeader('content-length', bytes.length);
    response.write(bytes.subarray(0, 100), () => response.destroy());
  });
  const error = await failureOf(
    fetchKernel({ source: 'kernel.org', kernelOrg: { baseUrl: server.url, sha256 } }, fake.ctx),
  );
  test.equal(error.code, 'DOWNLOAD_CUT_OFF');
  test.match(error.found, new RegExp(`of ${bytes.length} bytes`));
  await assertNothing(test, fake);
});

void t.test('no answer in time, no such file, nobody listening', async (test) => {
  const fake = await fakeKernel(test);
  const attempt = async (baseUrl: string): Promise<string> => {
    const options = { source: 'kernel.org', kernelOrg: { baseUrl, connectTimeoutMs: 50 } };
    const error = await failureOf(fetchKernel(options, fake.ctx));
    test.equal(error.code, 'SOURCE_UNREACHABLE');
    return error.found;
  };
  const silent = await serve(test, () => undefined);
  test.equal(await attempt(silent.url), 'no answer within 50 ms');
  const empty = await serve(test, (_request, response) => response.writeHead(404).end());
  test.equal(await attempt(empty.url), 'the server answered 404 Not Found');
  test.match(await attempt('http://127.0.0.1:1'), /fetch failed/);
  await assertNothing(test, fake);
});

void t.test('a server that falls silent is left', async (test) => {
  const fake = await fakeKernel(test);
  const server = await serve(test, (_request, response) => {
    response.setHeader('content-length', 1000);
    response.write('half');
  });
  const kernelOrg = { baseUrl: server.url, stallTimeoutMs: 50 };
  const error = await failureOf(fetchKernel({ source: 'kernel.org', kernelOrg }, fake.ctx));
  test.equal(error.code, 'DOWNLOAD_CUT_OFF');
  test.match(error.found, /after 4 of 1000 bytes/);
});

void t.test('Ctrl+C during a download', async (test) => {
  const fake = await fakeKernel(test);
  const server = await serve(test, (_request, response) => {
    response.write('half');
    fake.abort.abort();
  });
  const work = fetchKernel({ source: 'kernel.org', kernelOrg: { baseUrl: server.url } }, fake.ctx);
  await test.rejects(work, { name: 'AbortError' });
  await assertNothing(test, fake);
});

void t.test(
  'of several sources the first that serves is taken, and the others are accounted for',
  async (test) => {
    const fake = await fakeKernel(test);
    const { path } = await tarballOf(fake);
    const second = { name: 'second', fetch: () => fetchKernel({ source: path }, fake.ctx) };
    await fetchFirst([{ name: 'first', fetch: fail('SOURCE_UNREACHABLE') }, second], fake.ctx);
    test.ok(
      fake.events.some(
        (e) => e.kind === 'note' && e.text === 'took Linux 6.1.99 from second; not from first: no route',
      ),
    );
    const none = await failureOf(
      fetchFirst([{ name: 'first', fetch: fail('SOURCE_UNREACHABLE') }], fake.ctx),
    );
    test.match(none, { code: 'SOURCE_UNREACHABLE', found: 'not from first: no route' });
    const full = fetchFirst([{ name: 'first', fetch: fail('DISK_FULL') }, second], fake.ctx);
    test.equal((await failureOf(full)).code, 'DISK_FULL', 'a full disk is no reason to go on');
  },
);

void t.test('a local tree is known by its listing, and copied', async (test) => {
  const fake = await fakeKernel(test);
  const fetch = async (): Promise<{ sha256: string; tree: string }> =>
    fetchKernel({ source: fake.linux }, fake.ctx);
  const first = await fetch();
  test.same(await fetch(), first);
  await utimes(join(fake.linux, 'Kconfig'), 1, 1);
  const second = await fetch();
  test.not(second.sha256, first.sha256);
  await fake.edit('linux/kernel/fork.c', 'fork_count++', 'fork_count--');
  test.match(
    await readFile(join(second.tree, 'kernel/fork.c'), 'utf8'),
    /fork_count\+\+/,
    'the copy is its own',
  );
});

void t.test('what is no kernel: a missing path, a built tree, a folder of something else', async (test) => {
  const fake = await fakeKernel(test);
  const codeOf = async (source: string): Promise<string> =>
    (await failureOf(fetchKernel({ source }, fake.ctx))).code;
  test.equal(await codeOf(join(fake.dir, 'missing')), 'NO_SUCH_SOURCE');
  test.equal(await codeOf(join(fake.dir, 'series')), 'NOT_A_KERNEL');
  await execa('touch', [join(fake.linux, '.config')]);
  test.equal(await codeOf(fake.linux), 'TREE_NOT_CLEAN');
  await assertNothing(test, fake);
});
