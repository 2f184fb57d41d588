/** What a run would do, told without booting anything: the files, the kernels, and QEMU's command line. */
import { relative } from 'node:path';
import type { Context } from '../context.ts';
import { RUNS } from '../paths.ts';
import { prepare } from '../prepare.ts';
import { describeBoot } from '../qemu/design.ts';
import type { TestRequest } from '../run/tests.ts';

/** The lines that `vm:test --dry-run` prints. What is not built is built, for nothing else can be told truly. */
export async function dryRun(request: TestRequest, context: Context): Promise<string[]> {
  const { project, files, accel, memoryMiB, flavour, seed, rounds, filter } = request;
  const { kernels, initramfs } = await prepare(request.prepare, context);
  const kernel = kernels.get(flavour);
  if (kernel === undefined) throw new Error(`the ${flavour} kernel was asked for and not built`);
  const { bzImage, vmlinux } = kernel;
  const line = await describeBoot(
    { kernel: bzImage, vmlinux, initrd: initramfs.path, runDir: RUNS, accel, memoryMiB },
    context,
  );
  return [
    ...files.map((file) => `test      ${relative(project.dir, file)}`),
    `seed      ${seed}`,
    `rounds    ${rounds ?? 'until a failure'}`,
    ...(filter === undefined ? [] : [`filter    ${filter}`]),
    ...[...kernels].map(([name, { release, key }]) => `kernel    ${name} ${release} ${key.slice(0, 12)}`),
    `initramfs ${initramfs.sha256.slice(0, 12)}`,
    `QEMU      ${line}`,
  ];
}
