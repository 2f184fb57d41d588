import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Cache } from '../../../../../vm/cache.ts';
import type { Context } from '../../../../../vm/context.ts';
import { memorySink } from '../../../../../vm/events.ts';
import { chooseAccel, runProbe } from '../../../../../vm/qemu/accel/accel.ts';
import { findQemu, type Qemu } from '../../../../../vm/qemu/find-qemu.ts';

const NEVER = new AbortController().signal;

/** A stand-in for a QEMU on a host that we do not have: a shell script. */
function fakeQemu(dir: string, script: string): Qemu {
  const path = join(dir, 'qemu-system-x86_64');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { path, version: '7.2.0' };
}

async function context(root: string): Promise<Context & { events: ReturnType<typeof memorySink> }> {
  return { cache: await Cache.open(root), events: memorySink(), signal: NEVER };
}

void t.test('the test guest runs to its end under TCG, in long mode', async (t) => {
  const result = await runProbe('tcg', await findQemu(), t.testdir(), NEVER);
  t.strictSame(result, { runs: true, found: 'a test guest ran to its end' });
});

void t.test('a QEMU that stays alive after an internal error is killed at once', async (t) => {
  const dir = t.testdir();
  const qemu = fakeQemu(dir, 'echo "KVM internal error. Suberror: 1" >&2; exec sleep 1000');
  const started = performance.now();
  const result = await runProbe('kvm', qemu, dir, NEVER);
  t.match(result, { runs: false, found: /died at once: KVM internal error\. Suberror: 1/ });
  t.ok(performance.now() - started < 2900, 'before the deadline of the probe');
});

void t.test("QEMU's refusal is quoted", async (t) => {
  const dir = t.testdir();
  const qemu = fakeQemu(dir, 'echo "failed to initialize kvm: Permission denied" >&2; exit 1');
  t.match(await runProbe('kvm', qemu, dir, NEVER), {
    runs: false,
    found: 'QEMU refused it: failed to initialize kvm: Permission denied',
  });
});

void t.test('an interrupted probe proves nothing', async (t) => {
  const dir = t.testdir();
  const qemu = fakeQemu(dir, 'exec sleep 1000');
  await t.rejects(runProbe('kvm', qemu, dir, AbortSignal.abort(new Error('Ctrl+C'))), /Ctrl\+C/);
});

void t.test('TCG by wish asks nobody', async (t) => {
  const ctx = await context(t.testdir());
  const accel = await chooseAccel('tcg', { path: '/nonexistent', version: '0' }, ctx);
  t.equal(accel.name, 'tcg');
  t.strictSame(ctx.events.events, []);
});

void t.test('without a KVM that runs guests: TCG and a note, or an error if it was required', async (t) => {
  const dir = t.testdir({ cache: {}, bin: {} });
  const ctx = await context(join(dir, 'cache'));
  const count = join(dir, 'bin', 'runs');
  const qemu = fakeQemu(join(dir, 'bin'), `echo run >>${count}; echo "KVM internal error" >&2; exit 0`);
  const accel = await chooseAccel('auto', qemu, ctx);
  t.equal(accel.name, 'tcg');
  t.match(ctx.events.events, [{ kind: 'note', text: /no KVM, using TCG .*\/dev\/kvm/ }]);
  await t.rejects(chooseAccel('kvm', qemu, ctx), { code: 'KVM_UNUSABLE', verdict: 'INFRA', hint: /tcg/ });
  // Where /dev/kvm cannot be opened there is nothing to prove.
  if (existsSync(count)) {
    t.strictSame(readdirSync(join(dir, 'cache', 'kvm-proof')).length, 1, 'the answer is remembered');
    t.equal(readFileSync(count, 'utf8'), 'run\n', 'and was found out once');
  }
});
