/**
 * Records the corpus of console logs anew: `npm run vm:corpus [-- NAME...]`.
 *
 * Each entry of test/fixtures/consoles/manifest.json is really provoked, in a guest of its own, and the guest's console
 * becomes the log. What was found in it is compared with what the manifest expects; a difference is printed and makes
 * the exit code 1, for a person to decide which of the two is wrong. The kernels that it needs take minutes to
 * build, so this is no part of a test run: the logs are committed.
 */
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Cache } from '../../vm/cache.ts';
import type { Finding } from '../../vm/console/finding.ts';
import type { Context } from '../../vm/context.ts';
import { memorySink } from '../../vm/events.ts';
import { packInitramfs } from '../../vm/image/initramfs.ts';
import { buildKernel } from '../../vm/kernel/build.ts';
import type { Flavour } from '../../vm/kernel/layout.ts';
import { fetchKernel } from '../../vm/kernel/source/fetch.ts';
import { cacheRoot, CHECKOUT, RUNS } from '../../vm/paths.ts';
import { prepare } from '../../vm/prepare.ts';
import { progressSink } from '../../vm/terminal/progress.ts';
import { readProject } from '../../vm/project.ts';
import type { BootOptions } from '../../vm/qemu/boot-options.ts';
import { bootVm } from '../../vm/qemu/boot.ts';
import { VmError, type VmEnd } from '../../vm/qemu/vm-error.ts';
import { createRunFolder } from '../../vm/run/folder.ts';
import { type Verdict } from '../../vm/verdict.ts';
import { consoleLog, CONSOLES, type CorpusEntry, corpusEntries, findingsOf } from './manifest.ts';

/** A stall is provoked for twelve seconds; a guest that gives no sign of life for longer hangs. */
const DEADLINES = { beatMs: 25_000, exitMs: 30_000 };

/** In front of each script. A shell that is killed by what it provoked is no failure of the recording. */
const PRELUDE = `crash() { echo "$1" >/sys/kernel/debug/crash_kinds; }
lkdtm() { echo "$1" >/sys/kernel/debug/provoke-crash/DIRECT; }
`;

const CRASH_KERNEL = join(CHECKOUT, 'test', 'fixtures', 'crash-kernel');

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupt.abort(new DOMException(`interrupted by ${signal}`, 'AbortError')));
}
process.exitCode = await record(process.argv.slice(2));

async function record(names: readonly string[]): Promise<number> {
  const entries = corpusEntries().filter(({ name }) => names.length === 0 || names.includes(name));
  const building = {
    cache: await Cache.open(cacheRoot()),
    events: progressSink(process.stderr),
    signal: interrupt.signal,
  };
  const runDir = await createRunFolder(RUNS);
  let differences = 0;
  for (const entry of entries) {
    const booted = await guestOf(entry, building);
    const end = await provoke(entry, booted, runDir, { ...building, events: memorySink() });
    const findings = findingsOf(consoleLog(entry.name));
    const same = isExpected(entry, end.verdict, findings);
    const found = findings.map(({ kind, title }) => `\n            ${kind} ${title}`).join('');
    process.stdout.write(
      `${same ? 'same     ' : 'DIFFERENT'} ${entry.name}: ${end.verdict}, ${end.title}${found}\n`,
    );
    if (!same) differences += 1;
  }
  return differences === 0 && entries.length > 0 ? 0 : 1;
}

type Booted = Pick<BootOptions, 'kernel' | 'vmlinux' | 'initrd'>;

/** Mistakes are made on the crash kernels, with the agent alone; all else runs on what the tests run on. */
async function guestOf({ kernel, init }: CorpusEntry, ctx: Context): Promise<Booted> {
  const flavour = kernel.replace('crash-', '') as Flavour;
  if (flavour === kernel && init === undefined) {
    const all = { source: 'auto', flavours: [flavour], jobs: 2, project: readProject() };
    const { kernels, initramfs } = await prepare(all, ctx);
    const { bzImage, vmlinux } = kernels.get(flavour)!;
    return { kernel: bzImage, vmlinux, initrd: initramfs.path };
  }
  const project = readProject(flavour === kernel ? CHECKOUT : CRASH_KERNEL);
  const source = await fetchKernel({ source: 'auto' }, ctx);
  const { bzImage, vmlinux } = await buildKernel({ source, flavour, project, jobs: 2 }, ctx);
  const files = init === undefined ? [] : [{ path: '/init', data: init, mode: 0o755 }];
  const { path: initrd } = await packInitramfs({ programs: [], files }, ctx);
  return { kernel: bzImage, vmlinux, initrd };
}

/** Runs the entry's script in a guest of its own, and saves the console. */
async function provoke(entry: CorpusEntry, booted: Booted, runDir: string, ctx: Context): Promise<VmEnd> {
  const { name, cpus, machine, append, run } = entry;
  const own = { name, ...(cpus && { cpus }), ...(machine && { machine }), ...(append && { append }) };
  const boots = { ...booted, runDir, deadlines: DEADLINES, knownSplats: [] };
  let end: VmEnd;
  try {
    const vm = await bootVm({ ...boots, ...own }, ctx);
    await vm.exec(['sh', '-c', PRELUDE + run]);
    end = await vm.shutdown();
  } catch (error) {
    if (!(error instanceof VmError)) throw error;
    end = error.end;
  }
  await copyFile(join(runDir, name, 'console.log'), join(CONSOLES, `${name}.log`));
  return end;
}

function isExpected({ finds, verdict }: CorpusEntry, seen: Verdict, findings: readonly Finding[]): boolean {
  const titles = findings.map(({ kind, title }) => `${kind} ${title}`);
  const expected = finds.map(({ kind, title }) => `${kind} ${title}`);
  return verdict === seen && titles.join('\n') === expected.join('\n');
}
