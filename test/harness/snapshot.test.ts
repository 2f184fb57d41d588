/** Guests that go on from one snapshot: what they share, and what they must not. */
import { join } from 'node:path';
import t from 'tap';
import type { Context } from '../../vm/context.ts';
import { acquireLock } from '../../vm/host/lock.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { bootPlanned } from '../helpers/run-plan.ts';
import { recordingContext, type RecordingContext } from './guest.ts';

const SNAPSHOT = { snapshot: { program: 'dirsync', count: 2 }, disks: [{ sizeMiB: 64 }] };

void t.test('two guests of one snapshot', async (t) => {
  const ctx = await recordingContext(t);
  const first = await bootPlanned(ctx, SNAPSHOT);
  const second = await bootWhileOneIsMade(ctx);
  const made = ctx.events.events.filter(({ kind }) => kind === 'stage.end');
  t.ok(made.length <= 1, 'the snapshot is made once at most');

  await t.test('neither has what is secret or worn of the other', async (t) => {
    t.not(first.hello.nonce, second.hello.nonce);
    const random = ['head', '-c', '32', '/dev/urandom'];
    const [one, other] = await Promise.all([first.exec(random), second.exec(random)]);
    t.not(one.stdoutBytes.toString('hex'), other.stdoutBytes.toString('hex'));
    const time = Number((await second.exec(['date', '+%s'])).stdout);
    t.ok(Math.abs(time - Date.now() / 1000) < 60, "the clock is the host's, not the snapshot's");
  });

  await t.test('what one writes, the other does not see', async (t) => {
    await first.writeFile('/tmp/mine', 'mine');
    await t.rejects(second.readFile('/tmp/mine'), { message: /ENOENT|No such file/ });
    const use = 'mkfs.ext4 -q /dev/vda && mkdir /disk && mount /dev/vda /disk && echo text > /disk/file';
    t.equal((await first.exec(['sh', '-c', use])).code, 0);
    t.equal((await second.exec(['sh', '-c', use])).code, 0, 'the disk of the second is still empty');
  });

  await t.test('a program that stands by does what it would have done', async (t) => {
    t.match(await first.exec(['dirsync', '--version']), { code: 0, stdout: /^dirsync \d/, stderr: '' });
    await first.exec(['mkdir', '-p', '/tmp/work/source', '/tmp/work/destination']);
    await first.writeFile('/tmp/work/source/file', 'content');
    const sync = ['dirsync', '--once', 'source', 'destination'];
    t.match(await first.exec(sync, { cwd: '/tmp/work' }), { code: 0 });
    t.equal((await first.readFile('/tmp/work/destination/file')).toString(), 'content');
    t.match(
      await first.exec(['dirsync']),
      { code: 1, stdout: /^Usage/ },
      'none is left: a start as any other',
    );
    const asUser = await second.exec(['dirsync', '--version'], { uid: 1000 });
    t.equal(asUser.code, 0, 'another user gets a process of his own');
  });
  await first.shutdown();
  await second.shutdown();
});

/** Boots as if another process made a snapshot just now; ends with an error rather than wait for it. */
async function bootWhileOneIsMade(ctx: RecordingContext): Promise<Vm> {
  const lockFile = join(await ctx.cache.workspace('snapshot'), 'lock');
  await using lock = await acquireLock(lockFile, 'the snapshots', ctx);
  void lock;
  const impatience = new AbortController();
  const emit: Context['events']['emit'] = (event) => {
    ctx.events.emit(event);
    if (event.kind === 'note' && event.text.startsWith('waiting for'))
      impatience.abort(new Error(event.text));
  };
  const signal = AbortSignal.any([ctx.signal, impatience.signal]);
  // Awaited here: the lock is held until then.
  return await bootPlanned({ ...ctx, events: { emit }, signal }, SNAPSHOT);
}

void t.test('a disk that is not empty cannot be in a snapshot', async (t) => {
  const ctx = await recordingContext(t);
  const recorded = bootPlanned(ctx, { ...SNAPSHOT, disks: [{ sizeMiB: 64, record: true }] });
  await t.rejects(recorded, { code: 'SNAPSHOT_UNSUITABLE', verdict: 'USAGE' });
});
