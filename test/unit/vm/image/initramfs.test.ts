import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t from 'tap';
import { packInitramfs } from '../../../../vm/image/initramfs.ts';
import { freshContext } from '../../../helpers/fresh-context.ts';

void t.test('packs what a guest needs', async (t) => {
  const { ctx, folder, events } = await freshContext(t);
  const script = join(folder, 'script');
  writeFileSync(script, '#!/bin/sh\n');
  chmodSync(script, 0o755);
  const content = {
    syncer: '/bin/true',
    programs: [{ name: 'greet', path: script }],
    files: [{ path: '/etc/deep/er/motd', data: 'hello\n', mode: 0o600 }],
  };
  const image = await packInitramfs(content, ctx);
  t.match(image, { hit: false, sha256: /^[0-9a-f]{64}$/ });
  t.match(events.at(-1), { kind: 'stage.end', stage: 'pack', outcome: 'done', detail: /MB/ });
  t.match(await packInitramfs(content, ctx), { ...image, hit: true });

  const { stdout } = await execa('cpio', ['-itv', '--quiet'], {
    inputFile: image.path,
    env: { LC_ALL: 'C' },
  });
  const listing = new Map(
    stdout.split('\n').map((line) => {
      const fields = line.split(/\s+/);
      const name = fields.slice(line.startsWith('c') ? 9 : 8).join(' ');
      return [name.replace(/ -> .*/, ''), `${fields[0]}${/ -> .*/.exec(name)?.[0] ?? ''}`];
    }),
  );
  const expected = {
    init: '-rwxr-xr-x',
    'bin/agent': '-rwxr-xr-x',
    'bin/busybox': '-rwxr-xr-x',
    'bin/dirsync': '-rwxr-xr-x',
    'bin/faults': '-rwxr-xr-x',
    'bin/greet': '-rwxr-xr-x',
    'bin/mke2fs': '-rwxr-xr-x',
    'bin/mkfs.ext4': 'lrwxrwxrwx -> mke2fs',
    'bin/sh': 'lrwxrwxrwx -> busybox',
    'dev/console': 'crw-------',
    'etc/deep': 'drwxr-xr-x',
    'etc/deep/er': 'drwxr-xr-x',
    'etc/deep/er/motd': '-rw-------',
    tmp: 'drwxrwxrwt',
    'var/cache/pkg': 'drwxrwxrwt',
  };
  for (const [path, what] of Object.entries(expected)) t.equal(listing.get(path), what, path);
  t.ok(
    [...listing.keys()].some((path) => path.endsWith('/libc.so.6')),
    'libraries of dynamic programs',
  );
  t.ok(
    [...listing.keys()].some((path) => path.includes('/ld-linux')),
    'and their loader',
  );
});

void t.test('the same content gives the same bytes, whatever the folder', async (t) => {
  const one = await freshContext(t);
  const two = await freshContext(t);
  mkdirSync(join(two.folder, 'elsewhere'));
  writeFileSync(join(one.folder, 'program'), 'content');
  cpSync(join(one.folder, 'program'), join(two.folder, 'elsewhere', 'renamed'));
  const first = await packInitramfs(
    { programs: [{ name: 'busybox-copy', path: join(one.folder, 'program') }] },
    one.ctx,
  );
  const second = await packInitramfs(
    { programs: [{ name: 'busybox-copy', path: join(two.folder, 'elsewhere', 'renamed') }] },
    two.ctx,
  );
  t.equal(first.sha256, second.sha256);
  t.equal(first.key, second.key);
  t.ok(readFileSync(first.path).equals(readFileSync(second.path)));
  const third = await packInitramfs({ programs: [] }, two.ctx);
  t.not(third.sha256, first.sha256);
});
