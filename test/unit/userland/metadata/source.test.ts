import t from 'tap';
import { MetadataSource } from '../../../../userland/src/metadata/source.ts';

/** As the addon throws it. */
function refused(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'dirsync_diff' });
}

void t.test('refused calls are given up, for good, and the reason says so', async (t) => {
  for (const code of ['ENOSYS', 'EPERM']) {
    const source = new MetadataSource('kernel', 'calls announced');
    t.equal(source.giveUp(refused(code)), true);
    t.match(source, {
      kind: 'statx',
      reason: `dirsync_diff was refused with ${code}, after calls announced`,
    });
    t.equal(source.giveUp(refused(code)), false, 'statx that is refused is an error');
    t.equal(source.reason.match(/refused/g)?.length, 1);
  }
});

void t.test('whatever else fails is no reason', async (t) => {
  const source = new MetadataSource('kernel', 'calls announced');
  for (const error of [refused('EACCES'), refused('ENOENT'), refused('EIO'), new Error('EPERM'), 'EPERM'])
    t.equal(source.giveUp(error), false);
  t.match(source, { kind: 'kernel', reason: 'calls announced' });
});
