import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageProgram, packageSyncer } from '../../../../vm/image/syncer.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

/** A checkout whose packaging script writes its own arguments and counts its runs. */
function fakeCheckout(folder: string): string {
  const checkout = join(folder, 'checkout');
  mkdirSync(join(checkout, 'userland', 'src'), { recursive: true });
  mkdirSync(join(checkout, 'kernel-patch'));
  writeFileSync(join(checkout, 'package-lock.json'), '{}');
  writeFileSync(join(checkout, 'userland', 'src', 'main.ts'), 'one');
  writeFileSync(
    join(checkout, 'userland', 'package.ts'),
    `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
     const main = readFileSync('userland/src/main.ts', 'utf8');
     if (main === 'broken') { console.error('main.ts is broken'); process.exit(3); }
     appendFileSync('../runs', main);
     writeFileSync(process.argv[process.argv.indexOf('--out') + 1], main, { mode: 0o755 });`,
  );
  return checkout;
}

void t.test('packages when something changed, and only then', async (t) => {
  const { ctx, folder, events } = await freshContext(t);
  const checkout = fakeCheckout(folder);
  const first = await packageSyncer(ctx, checkout);
  t.match(first, { hit: false });
  t.equal(readFileSync(first.path, 'utf8'), 'one');
  t.match(await packageSyncer(ctx, checkout), { hit: true, path: first.path });
  t.match(events.at(-1), { kind: 'stage.end', stage: 'pack', outcome: 'cached' });

  const changes: [string, () => void][] = [
    ['a source', () => writeFileSync(join(checkout, 'userland', 'src', 'main.ts'), 'two')],
    ['an executable bit', () => chmodSync(join(checkout, 'userland', 'src', 'main.ts'), 0o755)],
    ['a new file', () => writeFileSync(join(checkout, 'userland', 'new'), '')],
    ['a removed file', () => rmSync(join(checkout, 'userland', 'new'))],
    ['the lock file', () => writeFileSync(join(checkout, 'package-lock.json'), '{ }')],
    ['the series', () => writeFileSync(join(checkout, 'kernel-patch', 'series'), '0001.patch\n')],
  ];
  const hits = [];
  for (const [what, change] of changes) {
    change();
    hits.push([what, (await packageSyncer(ctx, checkout)).hit]);
  }
  t.strictSame(hits, [
    ['a source', false],
    ['an executable bit', false],
    ['a new file', false],
    ['a removed file', true],
    ['the lock file', false],
    ['the series', false],
  ]);
  t.equal(readFileSync(join(folder, 'runs'), 'utf8'), 'onetwotwotwotwotwo');
});

void t.test(
  'another program of the same parts is packaged by its entry, and again when its folder changes',
  async (t) => {
    const { ctx, folder } = await freshContext(t);
    const checkout = fakeCheckout(folder);
    const own = join(checkout, 'own');
    mkdirSync(own);
    writeFileSync(join(own, 'tool.ts'), '');
    writeFileSync(
      join(checkout, 'userland', 'package.ts'),
      `import { writeFileSync } from 'node:fs';
     const after = (option) => process.argv[process.argv.indexOf(option) + 1];
     writeFileSync(after('--out'), after('--entry'));`,
    );
    const first = await packageProgram(join(own, 'tool.ts'), ctx, checkout);
    t.match(first, { name: 'tool', hit: false });
    t.equal(readFileSync(first.path, 'utf8'), 'own/tool.ts');
    t.match(await packageProgram(join(own, 'tool.ts'), ctx, checkout), { hit: true });
    writeFileSync(join(own, 'helper.ts'), '');
    t.match(await packageProgram(join(own, 'tool.ts'), ctx, checkout), { hit: false });
  },
);

void t.test('says what the packaging said when it failed, and keeps nothing of it', async (t) => {
  const { ctx, folder } = await freshContext(t);
  const checkout = fakeCheckout(folder);
  writeFileSync(join(checkout, 'userland', 'src', 'main.ts'), 'broken');
  await t.rejects(packageSyncer(ctx, checkout), { code: 'PACKAGE_FAILED', message: /main.ts is broken/ });
  await t.rejects(packageSyncer(ctx, checkout), { code: 'PACKAGE_FAILED' }, 'the failure is not cached');
});
