import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { packageSyncer } from '../../../../userland/package.ts';
import { erasePaths } from '../../../../userland/packaging/pkg.ts';
import { runTool } from '../../../../userland/packaging/tool.ts';

const LOAD = JSON.stringify(new URL('../../../../userland/src/native/load.ts', import.meta.url).pathname);

/** A syncer of four lines: what it prints proves that arguments, the addon, the event loop and later parts are there. */
const ENTRY = `
  import { loadAddon } from ${LOAD};
  async function main() {
    const { mark } = await import('./later.ts');
    const addon = loadAddon();
    await new Promise((resolve) => setImmediate(resolve));
    process.stdout.write(process.argv.slice(2).join() + mark + JSON.stringify(addon.statAt(addon.openRoot('/'), 'proc').type));
  }
  void main();
`;

/** What is imported later is no other file in the program, which is one. */
const PARTS = { 'entry.ts': ENTRY, 'later.ts': "export const mark = ' ';" };

// pkg takes three seconds a run, more on a busy machine.
t.setTimeout(180_000);

const temporaries = (): string[] => readdirSync('/tmp').filter((name) => /^dirsync-\w{6}$/.test(name));

void t.test('the executable runs anywhere, twice at once, and is the same again', async (t) => {
  const dir = t.testdir({ ...PARTS, home: {} });
  const out = join(dir, 'dirsync');
  await packageSyncer({ out, entry: join(dir, 'entry.ts') });
  t.equal(readFileSync(out).includes(dir), false, 'no path of this machine inside');

  const starts = await Promise.all(
    Array.from({ length: 6 }, () =>
      execa(out, ['--version', 'x'], { extendEnv: false, env: { HOME: '/nonexistent' }, cwd: '/' }),
    ),
  );
  for (const { stdout } of starts) t.equal(stdout, '--version,x 4');
  const home = join(dir, 'home');
  await execa(out, [], { env: { HOME: home, TMPDIR: home } });
  t.strictSame(readdirSync(home), [], 'nothing is left where the addon was unpacked');
  const nowhere = { HOME: home, TMPDIR: '/nonexistent', PKG_NATIVE_CACHE_PATH: '/proc' };
  t.equal((await execa(out, ['a'], { env: nowhere })).stdout, 'a 4', 'bad folders are passed over');

  const again = join(dir, 'again');
  await packageSyncer({ out: again, entry: join(dir, 'entry.ts') });
  const [one, two] = [out, again].map((path) =>
    createHash('sha256').update(readFileSync(path)).digest('hex'),
  );
  t.equal(one, two);
});

void t.test('a program that prints nothing is not published', async (t) => {
  const dir = t.testdir({ 'mute.ts': 'export {};', 'bad.ts': 'import "./absent.ts";' });
  const out = join(dir, 'out');
  mkdirSync(out);
  writeFileSync(join(out, 'dirsync'), 'old');
  await t.rejects(packageSyncer({ out: join(out, 'dirsync'), entry: join(dir, 'mute.ts') }), {
    code: 'PACKAGE_DOES_NOT_RUN',
    message: /found: it prints nothing/,
  });
  await t.rejects(packageSyncer({ out: join(out, 'dirsync'), entry: join(dir, 'bad.ts') }), {
    message: /absent\.ts/,
  });
  t.strictSame(readdirSync(out), ['dirsync']);
  t.equal(readFileSync(join(out, 'dirsync'), 'utf8'), 'old');
});

void t.test('an interrupted packaging leaves nothing', async (t) => {
  const dir = t.testdir({ ...PARTS, out: {} });
  const before = temporaries();
  for (const ms of [50, 400, 1500]) {
    const signal = AbortSignal.timeout(ms);
    await t.rejects(packageSyncer({ out: join(dir, 'out/dirsync'), entry: join(dir, 'entry.ts'), signal }));
    t.strictSame(readdirSync(join(dir, 'out')), []);
  }
  t.strictSame(
    temporaries().filter((name) => !before.includes(name)),
    [],
  );
});

void t.test('a tool that is missing or fails is named, with what to type', async (t) => {
  const signal = new AbortController().signal;
  await t.rejects(runTool(['no-such-strip', 'x'], 'apt-get install binutils', signal), {
    code: 'TOOL_FAILED',
    message: /tried: run no-such-strip x\n {2}found: no such program\n {2}try: {3}apt-get install binutils/,
  });
  await t.rejects(runTool(['sh', '-c', 'echo its words >&2; exit 3'], 'hint', signal), {
    code: 'TOOL_FAILED',
    message: /exit code 3\nits words/,
  });
});

void t.test('the command line says what it wants', async (t) => {
  const program = new URL('../../../../userland/package.ts', import.meta.url).pathname;
  const result = await execa(process.execPath, [program], { reject: false });
  t.match(result, { exitCode: 1, stdout: '', stderr: 'usage: node userland/package.ts --out <file>' });
});

void t.test('random names become zeros, and nothing else changes', async (t) => {
  const temp = '/tmp/dirsync-aB3dE6';
  const text = `x${temp}/pkg-sea-Zz9_9Z/sea-main.js\0${temp}/app ${temp}`;
  t.equal(
    erasePaths(Buffer.from(text), temp).toString(),
    'x/tmp/dirsync-000000/pkg-sea-000000/sea-main.js\0/tmp/dirsync-000000/app /tmp/dirsync-000000',
  );
});
