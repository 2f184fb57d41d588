/** The command line as pipelines use it: for every end of a run the exit code, and what is told on stdout and stderr. */
import { once } from 'node:events';
import t, { type Test } from 'tap';
import { start } from './command-line.ts';
import { gone } from './guest.ts';

interface Expected {
  readonly code: number;
  readonly stdout?: RegExp;
  readonly stderr?: RegExp;
}

/** Runs the fixtures of these names by `vm:test`. */
async function expectRun(t: Test, fixtures: readonly string[], { code, stdout, stderr }: Expected) {
  const result = await start(['test', ...fixtures.map((name) => `test/fixtures/e2e/${name}.ts`)]);
  t.equal(result.exitCode, code, 'exit code', { stdout: result.stdout, stderr: result.stderr });
  if (stdout) t.match(result.stdout, stdout, 'stdout');
  if (stderr) t.match(result.stderr, stderr, 'stderr');
}

t.jobs = 2;

void t.test('PANIC 3 comes before the failure beside it, and both are told', async (t) => {
  await expectRun(t, ['failing-point', 'panicking'], {
    code: 3,
    stdout:
      /^ +not ok 1 - one and one is three\n[^]*^ +not ok 1 - PANIC: kernel panic: sysrq triggered crash$/m,
    stderr: /PANIC: kernel panic: sysrq triggered crash\n[^]*\| .*Call Trace:[^]*\nPANIC after/,
  });
});

void t.test('FAIL 1: a test fails, or ends before it has tested anything', async (t) => {
  await expectRun(t, ['failing-point'], { code: 1, stdout: /^ +not ok 1 - one and one is three/m });
  await expectRun(t, ['crashing'], { code: 1, stdout: /^not ok 1 - .*crashing/m });
});

void t.test('FAIL 1: a kernel without the call that is expected', async (t) => {
  await expectRun(t, ['unpatched'], { code: 1, stdout: /^ +not ok \d+ - dirsync_stat_test ran tests$/m });
});

void t.test('HANG 5: the agent is stopped', async (t) => {
  await expectRun(t, ['hanging'], { code: 5, stderr: /HANG: no sign of life from the agent for 1500 ms/ });
});

void t.test('BOOT 6: init does not start the agent', async (t) => {
  const stderr = /BOOT: the agent did not answer within 3000 ms \(\d+ lines on the console\)/;
  await expectRun(t, ['booting-for-ever'], { code: 6, stderr });
});

void t.test('LOST 7: QEMU is killed', async (t) => {
  await expectRun(t, ['losing-qemu'], { code: 7, stderr: /LOST: QEMU was ended from outside by SIGKILL/ });
});

void t.test('LOST 7: nobody is left to judge the guest, though tap passes', async (t) => {
  await expectRun(t, ['killed-harness'], {
    code: 7,
    stdout: /^ok 1 - /m,
    stderr: /LOST: the process that ran the guest was ended before it could judge it/,
  });
});

void t.test('INFRA 8: no QEMU on PATH, said before anything is built', async (t) => {
  const { exitCode, stdout, stderr } = await start(['test'], [`PATH=${t.testdir()}`]);
  t.strictSame([exitCode, stdout], [8, '']);
  t.match(stderr, /^QEMU_MISSING\n[^]*apt-get install qemu-system-x86/m);
});

void t.test(
  '--print-key: a key for each kernel of kernel.org, with no source and nothing fetched',
  async (t) => {
    const cache = `DIRSYNC_CACHE_DIR=${t.testdir()}`;
    const keys = await Promise.all(
      ['plain', 'debug'].map(async (kernel) => {
        const args = ['build', '--print-key', '--source', 'kernel.org', '--kernel', kernel];
        return (await start(args, [cache])).stdout;
      }),
    );
    for (const key of keys) t.match(key, /^[0-9a-f]{64}$/);
    t.equal(new Set(keys).size, keys.length, 'they differ');
  },
);

void t.test('USAGE 2: nothing was started', async (t) => {
  const wrong = [
    { args: ['test', '--colour'], stderr: /--colour/ },
    { args: ['test', '--accel', 'magic'], stderr: /'magic'\n.*auto\|kvm\|tcg/ },
    { args: ['test', 'test/e2e/none.test.ts'], stderr: /none\.test\.ts[^]*phases\.test\.ts/ },
    { args: ['tset'], stderr: /vm:test/ },
  ];
  for (const { args, stderr } of wrong) {
    const result = await start(args);
    t.strictSame([result.exitCode, result.stdout], [2, ''], args.join(' '));
    t.match(result.stderr, stderr);
  }
});

for (const signal of ['SIGINT', 'SIGKILL'] as const) {
  void t.test(`${signal} leaves no QEMU`, async (t) => {
    const run = start(['test', 'test/fixtures/e2e/endless.ts']);
    t.teardown(() => run.kill('SIGKILL'));
    let stdout = '';
    while (!/QEMU is \d+/.test(stdout)) {
      const [chunk] = (await once(run.stdout, 'data')) as [Buffer];
      stdout += chunk.toString();
    }
    const qemu = Number(/QEMU is (\d+)/.exec(stdout)?.[1]);
    t.ok(process.kill(qemu, 0), 'QEMU lives');
    run.kill(signal);
    const { exitCode, signal: endedBy, stderr } = await run;
    if (signal === 'SIGINT') {
      t.equal(exitCode, 130);
      t.match(stderr, /^interrupted: /m);
    } else t.equal(endedBy, 'SIGKILL');
    await t.resolves(gone(qemu), 'QEMU is gone');
  });
}

void t.test("vm:boot passes the command's exit code and output on", async (t) => {
  const { exitCode, stdout } = await start(['boot', '--', 'sh', '-c', 'echo hi; exit 7']);
  t.strictSame([exitCode, stdout], [7, 'hi']);
});
