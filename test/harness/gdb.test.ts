/** gdb on a guest's kernel: it stops where it should, in a command that runs in the guest meanwhile. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import t, { type Test } from 'tap';
import { kernelKey } from '../../vm/kernel/build.ts';
import { fetchKernel } from '../../vm/kernel/source/fetch.ts';
import { findCommand } from '../../vm/host/find-command.ts';
import { CHECKOUT } from '../../vm/paths.ts';
import { readProject } from '../../vm/project.ts';
import { currentRunPlan } from '../helpers/run-plan.ts';
import { recordingContext } from './guest.ts';

const NO_GDB = (await findCommand('gdb')) === undefined ? { skip: 'there is no gdb' } : {};

/** Runs `npm run vm:gdb` with a script of `lines`; returns what gdb and the guest's command printed. */
async function debug(t: Test, lines: readonly string[], args: readonly string[]): Promise<string> {
  // So that the kernel is there: what is tested is not its build.
  await currentRunPlan();
  const script = join(t.testdir(), 'script.gdb');
  writeFileSync(script, lines.map((line) => `${line}\n`).join(''));
  const command = ['vm/main.ts', 'gdb', '--batch', script, ...args];
  const result = await execa(process.execPath, command, { cwd: CHECKOUT, reject: false, timeout: 240_000 });
  t.equal(result.exitCode, 0, "gdb's exit code", { stderr: result.stderr });
  return result.stdout;
}

void t.test('stops in the call of a command in the guest, which then goes on', NO_GDB, async (t) => {
  // The registers of the caller; its first argument, the path, is in `di`, at 112 of struct pt_regs.
  const lines = ['continue', 'x/s *(long *)($rdi + 112)'];
  const args = ['--kernel', 'plain', '--break', '__x64_sys_dirsync_stat'];
  const output = await debug(t, lines, args);
  t.match(output, /^Breakpoint 1, 0x[0-9a-f]+ in __x64_sys_dirsync_stat \(\)$/m, 'the breakpoint');
  t.match(output, /^0x[0-9a-f]+:\s+"\."$/m, 'the path that the command gave');
  t.match(output, /^1\.\.\d+$/m, 'the command ran to its end');
  t.notMatch(output, /^not ok/m, 'no point of it failed');
});

void t.test('shows source lines and arguments of a kernel with debug information', NO_GDB, async (t) => {
  const ctx = await recordingContext(t);
  const source = await fetchKernel({ source: 'auto' }, ctx);
  const { built } = await kernelKey({ source, flavour: 'debug', project: readProject() }, ctx);
  if (!built) {
    t.comment('not run, as its kernel takes minutes: npm run vm:build -- --kernel debug');
    return;
  }
  const output = await debug(t, ['continue', 'print path', 'backtrace', 'list'], []);
  t.match(output, /^Breakpoint 1, do_dirsync_stat \(path=0x[0-9a-f]+ "\.", .*dirsync_stat\.c:\d+$/m);
  t.match(output, /^\$1 = 0x[0-9a-f]+ "\."$/m);
  t.match(output, /^#\d+ .*__x64_sys_dirsync_stat .*dirsync_stat\.c/m);
  t.match(output, /error = vfs_stat\(path, &stat\);$/m, 'a line of the source');
});
