/** Guests that end in every bad way there is: each has its verdict, and says why. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { EXIT_CODES, type Verdict } from '../../vm/verdict.ts';
import { boot, recordingContext, vmErrorOf, type RecordingContext } from './guest.ts';

/** The verdict that was emitted for the only guest of a context. */
function emitted(ctx: RecordingContext): Verdict | undefined {
  const ends = ctx.events.events.filter((event) => event.kind === 'vm.end');
  return ends.length === 1 ? ends[0]?.verdict : undefined;
}

void t.test('a guest that says done passes', async (t) => {
  const ctx = await recordingContext(t);
  const vm = await boot(ctx, { disks: [{ sizeMiB: 8 }] });
  t.match(await vm.exec(['/bin/echo', 'hello']), { code: 0, stdout: 'hello\n' });
  t.match(await vm.exec(['/bin/cat', '/sys/block/vda/size']), { stdout: `${8 * 2048}\n` });
  await vm.writeFile('/tmp/a', 'content');
  t.equal(String(await vm.readFile('/tmp/a')), 'content');
  const shell = await vm.spawn(['/bin/sh', '-c', 'echo ready; exec sleep 1000']);
  await shell.output(/ready/);
  await shell.kill('SIGINT');
  t.match(await shell.exited, { signal: 'SIGINT' });
  t.match(await vm.qmp.execute('query-status'), { status: 'running' });

  const end = await vm.shutdown();
  t.equal(end.verdict, 'PASS');
  t.equal(emitted(ctx), 'PASS');
  t.match(
    ctx.events.events.map(({ kind }) => kind).filter((kind) => /^vm\.(?:start|ready|end)$/.test(kind)),
    ['vm.start', 'vm.ready', 'vm.end'],
  );
  const record = JSON.parse(readFileSync(join(vm.dir, 'vm.json'), 'utf8')) as unknown;
  t.match(record, { verdict: 'PASS', commandLine: end.commandLine, accel: { name: /kvm|tcg/ } });
  t.match(readFileSync(join(vm.dir, 'console.log'), 'utf8'), /Linux version/);
  t.match(readFileSync(join(vm.dir, 'command.txt'), 'utf8'), /qemu-system-x86_64/);
  await t.rejects(vm.exec(['/bin/true']), { code: 'AGENT_LOST' }, 'nobody is there any more');
  await t.resolves(vm[Symbol.asyncDispose]());
});

void t.test('PANIC: everything that is pending rejects with it', async (t) => {
  const ctx = await recordingContext(t);
  const vm = await boot(ctx, { dump: true });
  const sleeper = await vm.spawn(['/bin/sleep', '1000']);
  const output = sleeper.output(/never/);
  const crash = vm.writeFile('/proc/sysrq-trigger', 'c');
  const errors = await Promise.all([crash, output, sleeper.exited].map(vmErrorOf));
  t.equal(new Set(errors).size, 1, 'one error for all');
  const [error] = errors;
  t.match(error, { verdict: 'PANIC', code: 'VM_PANIC' });
  t.equal(error?.end.title, 'kernel panic: sysrq triggered crash');
  t.ok((error?.end.consoleTail.length ?? 0) <= 40);
  t.match(error?.report, /sysrq triggered crash[^]*Call Trace[^]*qemu-system-x86_64.*-append[^]*try: /);
  t.strictSame(error?.end.diagnostics, ['registers.txt', 'memory.kdump']);
  // QEMU writes makedumpfile's flattened form, which crash(8) reads as it is.
  t.match(readFileSync(join(vm.dir, 'memory.kdump')).toString('latin1', 0, 12), 'makedumpfile');
  t.equal(emitted(ctx), 'PANIC');
  t.equal(EXIT_CODES[error?.verdict ?? 'PASS'], 3);
  t.equal(await vmErrorOf(vm.exec(['/bin/true'])), error, 'later requests, too');
  await t.resolves(vm[Symbol.asyncDispose](), 'it was said once');
});

void t.test('PANIC after the last request: the disposal says it', async (t) => {
  const ctx = await recordingContext(t);
  const vm = await boot(ctx);
  await vm.spawn(['/bin/sh', '-c', 'sleep 0.2; echo c >/proc/sysrq-trigger']);
  t.equal((await vm.ended).verdict, 'PANIC');
  t.match(await vmErrorOf(vm[Symbol.asyncDispose]()), { verdict: 'PANIC' });
});

void t.test('SPLAT: a guest that logged a warning has not passed, though it said done', async (t) => {
  const ctx = await recordingContext(t);
  const vm = await boot(ctx);
  await vm.writeFile('/dev/kmsg', '<4>WARNING: CPU: 0 PID: 1 at fs/dirsync.c:1 nothing+0x0/0x1\n');
  t.match(await vmErrorOf(vm.shutdown()), { verdict: 'SPLAT', end: { title: 'WARNING in nothing' } });
});

void t.test('SPLAT: a kernel that became tainted, though its log shows nothing', async (t) => {
  const vm = await boot(await recordingContext(t));
  t.equal(await vm.taint(), 0);
  await vm.writeFile('/proc/sys/kernel/tainted', '512');
  t.equal(await vm.taint(), 512);
  t.match(await vmErrorOf(vm.shutdown()), {
    verdict: 'SPLAT',
    end: { title: 'the kernel became tainted: W (the kernel issued a warning)', findings: [] },
  });
});

void t.test('PASS: a report that is known is excused, and noted', async (t) => {
  const ctx = await recordingContext(t);
  const knownSplats = [{ pattern: 'WARNING in no.*', reason: 'reported upstream', expires: '2099-12-31' }];
  const vm = await boot(ctx, { knownSplats });
  await vm.writeFile('/dev/kmsg', '<4>WARNING: CPU: 0 PID: 1 at fs/dirsync.c:1 nothing+0x0/0x1\n');
  await vm.writeFile('/proc/sys/kernel/tainted', '512');
  const end = await vm.shutdown();
  t.match(end, {
    verdict: 'PASS',
    findings: [{ title: 'WARNING in nothing', known: { expires: '2099-12-31' } }],
  });
  const notes = ctx.events.events.filter((event) => event.kind === 'note');
  t.match(
    notes.at(-1)?.text,
    /known splat, excused until 2099-12-31: WARNING in nothing \(reported upstream\)/,
  );
});

void t.test('HANG: the agent gives no more sign of life', async (t) => {
  const ctx = await recordingContext(t);
  const vm = await boot(ctx, { deadlines: { beatMs: 1500 } });
  const error = await vmErrorOf(vm.exec(['/bin/sh', '-c', 'kill -STOP $PPID']));
  t.match(error, { verdict: 'HANG', end: { title: 'no sign of life from the agent for 1500 ms' } });
  t.equal(emitted(ctx), 'HANG');
  t.strictSame(error.end.diagnostics, ['registers.txt', 'backtraces.txt']);
  const [registers = '', backtraces = ''] = error.end.diagnostics.map((file) =>
    readFileSync(join(error.artifacts, file), 'utf8'),
  );
  t.match(registers, /^CPU#0\n[^]*RIP=/m);
  t.match(backtraces, /Show backtrace of all active CPUs[^]*Call Trace:[^]*Show Blocked State/);
  t.match(error.report, /see also: .*registers\.txt\n.*see also: .*backtraces\.txt/);
});

void t.test('LOST: the agent dies, and the guest with it', async (t) => {
  const vm = await boot(await recordingContext(t));
  const error = await vmErrorOf(vm.exec(['/bin/sh', '-c', 'kill -KILL $PPID; sleep 1000']));
  t.match(error, { verdict: 'LOST', end: { title: /without saying done/ } });
});

for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
  void t.test(`LOST: QEMU is ended from outside by ${signal}`, async (t) => {
    const vm = await boot(await recordingContext(t));
    const pending = vm.exec(['/bin/sleep', '1000']);
    pending.catch(() => undefined);
    process.kill(vm.pid ?? 0, signal);
    t.match(await vmErrorOf(pending), { verdict: 'LOST', end: { title: /from outside/ } });
  });
}

void t.test('BOOT: an init that never starts the agent', async (t) => {
  const init = '#!/bin/sh\nexec sleep 1000\n';
  const booting = boot(await recordingContext(t), { deadlines: { bootMs: 3000 } }, [
    { path: '/init', data: init, mode: 0o755 },
  ]);
  const error = await vmErrorOf(booting);
  t.match(error, { verdict: 'BOOT', end: { title: /did not answer within 3000 ms/ } });
});

void t.test('BOOT: the agent answers on a line that nobody listens to', async (t) => {
  const booting = boot(await recordingContext(t), {
    append: 'dirsync.agent=null',
    deadlines: { bootMs: 3000 },
  });
  t.match(await vmErrorOf(booting), { verdict: 'BOOT' });
});

void t.test('PANIC: an init that exits', async (t) => {
  const booting = boot(await recordingContext(t), {}, [
    { path: '/init', data: '#!/bin/sh\nexit 0\n', mode: 0o755 },
  ]);
  t.match(await vmErrorOf(booting), { verdict: 'PANIC', end: { title: /Attempted to kill init/ } });
});

void t.test('LOST: a guest with another nonce is not believed', async (t) => {
  const booting = boot(await recordingContext(t), { append: 'dirsync.nonce=0' });
  t.match(await vmErrorOf(booting), { verdict: 'LOST', end: { title: /nonce/ } });
});
