import { execaSync } from 'execa';
import { mkdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import t from 'tap';
import type { Test } from 'tap';
import { IN, type Fd, type InotifyEvent } from '../../../../userland/src/native/addon.ts';
import { addon, folder, ODD_NAMES, pathOf } from './fixture.ts';

const ALL =
  IN.CREATE | IN.DELETE | IN.CLOSE_WRITE | IN.MOVED_FROM | IN.MOVED_TO | IN.DELETE_SELF | IN.ONLYDIR;

/** For programs of their own: the module, as a string literal. */
const FIXTURE = JSON.stringify(new URL('fixture.ts', import.meta.url));

function inotify(t: Test): Fd {
  const fd = addon.inotifyInit();
  t.teardown(() => addon.close(fd));
  return fd;
}

function drain(fd: Fd): InotifyEvent[] {
  const events: InotifyEvent[] = [];
  for (let some = addon.readEvents(fd); some.length > 0; some = addon.readEvents(fd)) events.push(...some);
  return events;
}

void t.test('events carry wd, mask, cookie and the bytes of the name', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  const queue = inotify(t);
  const wd = addon.inotifyAddWatch(queue, fd, ALL);
  t.equal(addon.inotifyAddWatch(queue, fd, ALL), wd, 'the same directory again');
  t.strictSame(addon.readEvents(queue), [], 'nothing yet, and no waiting for it');
  for (const name of ODD_NAMES) {
    mkdirSync(pathOf(path, name));
    t.strictSame(drain(queue), [{ wd, mask: IN.CREATE | IN.ISDIR, cookie: 0, name }]);
  }
  renameSync(join(path, '...'), join(path, 'new'));
  const [from, to, ...rest] = drain(queue);
  t.match(from, { mask: IN.MOVED_FROM | IN.ISDIR, name: '...' });
  t.match(to, { mask: IN.MOVED_TO | IN.ISDIR, name: 'new' });
  t.equal(from?.cookie, to?.cookie);
  t.not(from?.cookie, 0);
  t.strictSame(rest, []);
});

void t.test('the open directory is watched, not what has taken its name', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  mkdirSync(join(path, 'a'));
  const a = addon.openDir(fd, 'a');
  t.teardown(() => addon.close(a));
  renameSync(join(path, 'a'), join(path, 'b'));
  mkdirSync(join(path, 'a'));
  const queue = inotify(t);
  addon.inotifyAddWatch(queue, a, ALL);
  writeFileSync(join(path, 'a/impostor'), '');
  writeFileSync(join(path, 'b/real'), '');
  t.strictSame(
    drain(queue).map((event) => event.name),
    ['real', 'real'],
  );
});

void t.test('a watch is removed once; a deleted directory says so and takes its watch along', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  mkdirSync(join(path, 'dir'));
  const dir = addon.openDir(fd, 'dir');
  const queue = inotify(t);
  const wd = addon.inotifyAddWatch(queue, dir, ALL);
  addon.close(dir);
  rmdirSync(join(path, 'dir'));
  t.strictSame(
    drain(queue).map((event) => event.mask),
    [IN.DELETE_SELF, IN.IGNORED],
  );
  t.equal(addon.inotifyRemoveWatch(queue, wd), false);
  const again = addon.inotifyAddWatch(queue, fd, ALL);
  t.equal(addon.inotifyRemoveWatch(queue, again), true);
  t.equal(addon.inotifyRemoveWatch(queue, again), false);
  t.throws(() => addon.inotifyAddWatch(999_999, fd, ALL), { code: 'EBADF', syscall: 'inotify_add_watch' });
});

void t.test('an overflow of the queue is delivered', async (t) => {
  const limit = Number(readFileSync('/proc/sys/fs/inotify/max_queued_events', 'utf8'));
  const { fd } = folder(t, 'tmpfs');
  const queue = inotify(t);
  addon.inotifyAddWatch(queue, fd, IN.CREATE | IN.DELETE);
  for (let i = 0; i <= limit; i += 2) {
    addon.mkdirAt(fd, 'a', 0o700);
    addon.rmdirAt(fd, 'a');
  }
  const events = drain(queue);
  t.equal(events.length, limit + 1);
  t.match(events.at(-1), { wd: -1, mask: IN.Q_OVERFLOW, name: '' });
});

void t.test('a callback comes when there is something to read, and stops with close', async (t) => {
  const { path, fd } = folder(t, 'tmpfs');
  const queue = inotify(t);
  addon.inotifyAddWatch(queue, fd, IN.CREATE);
  const names: string[] = [];
  const watch = await new Promise<ReturnType<typeof addon.watchFd>>((resolve) => {
    const started = addon.watchFd(queue, () => {
      names.push(...drain(queue).map((event) => event.name));
      resolve(started);
    });
    setImmediate(() => mkdirSync(join(path, 'one')));
  });
  t.strictSame(names, ['one']);

  watch.pause();
  mkdirSync(join(path, 'two'));
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(names, ['one'], 'paused: the event waits in the kernel');
  watch.resume();
  while (names.length < 2) await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(names, ['one', 'two']);

  watch.close();
  watch.close();
  watch.resume();
  mkdirSync(join(path, 'three'));
  await new Promise((resolve) => setImmediate(resolve));
  t.strictSame(names, ['one', 'two'], 'closed');
  const close: () => void = Reflect.get(watch, 'close');
  t.throws(() => Reflect.apply(close, {}, []), { code: 'ERR_INVALID_THIS' });
});

void t.test('an open watch keeps the process alive, does not spin, and does not hinder exit', async (t) => {
  const program = `
    import { addon } from ${FIXTURE};
    const queue = addon.inotifyInit();
    addon.watchFd(queue, () => {});
    const used = process.cpuUsage();
    setTimeout(() => {
      const { user, system } = process.cpuUsage(used);
      process.stdout.write(user + system < 150_000 ? 'idle' : 'busy ' + (user + system));
      process.exit(0);
    }, 300).unref();
  `;
  const { stdout } = execaSync(process.execPath, ['--input-type=module', '-e', program]);
  t.equal(stdout, 'idle');
});

void t.test('a throwing callback is an uncaught exception, as any other', async (t) => {
  const program = `
    import { addon } from ${FIXTURE};
    const queue = addon.inotifyInit();
    addon.inotifyAddWatch(queue, addon.openRoot('/dev/shm'), ${IN.OPEN});
    const watch = addon.watchFd(queue, () => { addon.readEvents(queue); watch.close(); throw new Error('mine'); });
    process.on('uncaughtException', (error) => process.stdout.write(error.message));
    addon.close(addon.openRoot('/dev/shm'));
  `;
  const { stdout } = execaSync(process.execPath, ['--input-type=module', '-e', program]);
  t.equal(stdout, 'mine');
});

void t.test('a worker with an open watch can be ended', async (t) => {
  const program = `
    import { parentPort } from 'node:worker_threads';
    import { addon } from ${FIXTURE};
    addon.watchFd(addon.inotifyInit(), () => {});
    parentPort.postMessage('ready');
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(program)}`));
  await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  t.equal(await worker.terminate(), 1);
});
