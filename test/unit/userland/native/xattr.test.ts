import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { XATTRS } from '../../../../userland/src/native/addon.ts';
import { addon, folder, isRoot } from './fixture.ts';

void t.test('attributes are set, listed in order, read and removed', async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'na\nme\xff'), '');
  const name = Buffer.from('na\nme\xff').toString('latin1');
  t.strictSame(addon.listXattrs(fd, name), []);
  t.equal(addon.getXattr(fd, name, 'user.a'), null);
  const value = Buffer.from([0, 255, 10, 0]);
  addon.setXattr(fd, name, 'user.b', value);
  addon.setXattr(fd, name, 'user.a', new Uint8Array());
  t.strictSame(addon.listXattrs(fd, name), ['user.a', 'user.b']);
  t.strictSame(addon.getXattr(fd, name, 'user.b'), value);
  t.strictSame(addon.getXattr(fd, name, 'user.a'), Buffer.alloc(0));
  addon.removeXattr(fd, name, 'user.b');
  t.strictSame(addon.listXattrs(fd, name), ['user.a']);
  t.throws(() => addon.removeXattr(fd, name, 'user.b'), {
    code: 'ENODATA',
    syscall: 'lremovexattr',
    path: name,
  });
});

void t.test('a directory by itself, a symlink never through it', async (t) => {
  const { path, fd } = folder(t);
  mkdirSync(join(path, 'dir'));
  symlinkSync('dir', join(path, 'link'));
  addon.setXattr(fd, 'dir', 'user.x', Buffer.from('1'));
  t.strictSame(addon.listXattrs(fd, 'link'), []);
  t.throws(() => addon.setXattr(fd, 'link', 'user.x', Buffer.from('2')), { code: 'EPERM' });
  addon.setXattr(fd, '.', 'user.x', Buffer.from('3'));
  t.strictSame(addon.getXattr(fd, '.', 'user.x')?.toString(), '3');
  t.throws(() => addon.listXattrs(fd, 'absent'), { code: 'ENOENT' });
});

void t.test('attributes of root on tmpfs', { skip: !isRoot && 'needs root' }, async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  writeFileSync(join(path, 'file'), '');
  addon.setXattr(fd, 'file', 'trusted.t', Buffer.from('yes'));
  t.strictSame(addon.listXattrs(fd, 'file'), ['trusted.t']);
});

void t.test('two entries are compared and made equal', async (t) => {
  const { path, fd } = folder(t);
  writeFileSync(join(path, 'a'), '');
  writeFileSync(join(path, 'b'), '');
  t.equal(addon.xattrsDiffer(fd, 'a', fd, 'b'), false);
  addon.setXattr(fd, 'a', 'user.one', Buffer.from([0, 1]));
  addon.setXattr(fd, 'a', 'user.empty', Buffer.alloc(0));
  addon.setXattr(fd, 'b', 'user.extra', Buffer.from('x'));
  t.equal(addon.xattrsDiffer(fd, 'a', fd, 'b'), true);
  t.equal(addon.copyXattrs(fd, 'a', fd, 'b'), XATTRS.CHANGED);
  t.strictSame(addon.listXattrs(fd, 'b'), ['user.empty', 'user.one']);
  t.equal(addon.xattrsDiffer(fd, 'a', fd, 'b'), false);
  t.equal(addon.copyXattrs(fd, 'a', fd, 'b'), 0, 'nothing was to be done');
  addon.setXattr(fd, 'b', 'user.one', Buffer.from([0, 2]));
  t.equal(addon.xattrsDiffer(fd, 'a', fd, 'b'), true, 'the same length, another value');
  t.throws(() => addon.xattrsDiffer(fd, 'a', fd, 'absent'), { code: 'ENOENT' });
});
