/** Every allocation of a system call fails once, on the kernel that can make it fail and that tells of its mistakes. */
import t from 'tap';
import { failNth, failNthSweep } from '../../vm/faults/fail-nth.ts';
import { bootGuest, FILE_SYSTEMS, must } from '../helpers/guest.ts';
import { currentRunPlan } from '../helpers/run-plan.ts';
import { runTapProgram } from '../helpers/tap-program.ts';

/** x86-64's. */
const MKDIR = 83;

const { kernels } = await currentRunPlan();
if (kernels.debug === undefined) {
  t.plan(0, 'the run has no debug kernel: npm run vm:test -- --kernel debug');
  process.exit();
}
const vm = await bootGuest(t, { kernel: 'debug' });

for (const folder of ['/tmpfs', '/ext4']) {
  void t.test(`mkdir on ${folder} makes a folder or says why not`, async (t) => {
    const errors = new Set<string>();
    for await (const run of failNthSweep(vm, ['mkdir', `${folder}/made`], { syscall: MKDIR })) {
      const exists = (await vm.exec(['rmdir', `${folder}/made`])).code === 0;
      t.equal(exists, run.code === 0, `failure ${run.n}: exit code ${run.code} tells the truth`);
      if (run.code !== 0) errors.add(run.stderr.split(': ').at(-1)?.trim() ?? '');
      if (!run.injected) t.equal(run.code, 0, 'and without a failure it works');
    }
    t.ok(errors.has('Out of memory') || errors.has('Cannot allocate memory'), [...errors].join(', '));
  });
}

void t.test('a whole program, from its exec on', async (t) => {
  const first = await failNth(vm, ['true'], 1);
  t.equal(first.injected, true);
  const none = await failNth(vm, ['true'], 1_000_000);
  t.match(none, { injected: false, code: 0, signal: null });
  t.match(await must(vm, 'dmesg'), /FAULT_INJECTION: forcing a failure/);
});

void t.test('what cannot be run is said', async (t) => {
  await t.rejects(failNth(vm, ['no-such-program'], 1), { code: 'FAIL_NTH', message: /no-such-program/ });
});

// Last: it turns off what the kernel says of each failure.
for (const fileSystem of FILE_SYSTEMS) {
  void t.test(
    `each of our calls on ${fileSystem}: a clean error each time, and nothing stays behind`,
    async (t) => {
      const skipped = await runTapProgram(t, vm, ['dirsync_fail_nth_test'], {
        env: { TMPDIR: `/${fileSystem}` },
        timeout: 1_200_000,
      });
      t.same(skipped, [], 'nothing is skipped: this kernel can fail');
    },
  );
}
