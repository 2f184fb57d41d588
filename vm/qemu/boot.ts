/**
 * Boots a guest and connects to the agent in it.
 *
 *     await using vm = await bootVm({ kernel, initrd, runDir }, ctx);
 *     const result = await vm.exec(['dirsync', '--once', '/src', '/dst']);
 */
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { type KnownSplat, readKnownSplats } from '../console/known-splats.ts';
import type { Context } from '../context.ts';
import { AgentLostError } from '../guest/errors.ts';
import { AgentClient } from '../guest/agent-client.ts';
import { type Accel, chooseAccel, type AccelWish } from './accel.ts';
import { agentLine } from './agent-line.ts';
import { createArtifacts, UNJUDGED, writeCommands, writeRecord, type VmRecord } from './artifacts.ts';
import { deadlinesFor, type Deadlines } from './deadlines.ts';
import { createDisks, type DiskOptions } from './disks.ts';
import { findQemu, type Qemu } from './find-qemu.ts';
import { checkInitrd, checkKernel } from './inputs.ts';
import {
  HAND_WIRING,
  harnessWiring,
  kernelCommandLine,
  qemuArguments,
  type AgentDevice,
  type Machine,
} from './machine.ts';
import { chooseMachine, type MachineWish, TRAITS } from './machine-types.ts';
import { startQemu } from './process.ts';
import { quoteCommand } from './quote.ts';
import { Supervisor } from './supervisor.ts';
import { hostTscKhz } from './tsc.ts';
import { SHOWN_LINES, VmError, type VmEnd } from './vm-error.ts';
import { Vm } from './vm.ts';

export interface BootOptions {
  /** bzImage. */
  readonly kernel: string;
  /** The same kernel as an ELF file with a PVH entry: what a microvm starts. */
  readonly vmlinux?: string;
  /** The initramfs; its init must start the agent, see docs/protocol.md. */
  readonly initrd: string;
  /** Folder of the run; the guest's artifacts get a folder of their own below it. */
  readonly runDir: string;
  /** Names the guest in events and artifacts; `vm` by default. */
  readonly name?: string;
  /** `auto` by default. */
  readonly machine?: MachineWish;
  /** 1024 by default: an initramfs that holds Node needs 416, and what the guest does not touch costs nothing. */
  readonly memoryMiB?: number;
  /** 1 by default: under TCG a second processor costs 0.2 s of boot time. */
  readonly cpus?: number;
  /** `auto` by default. */
  readonly accel?: AccelWish;
  /** What carries the agent's line; `vport0p1`, the fastest, by default. */
  readonly agentDevice?: AgentDevice;
  /** Added to the end of the kernel's command line. */
  readonly append?: string;
  /** /dev/vda first. */
  readonly disks?: readonly DiskOptions[];
  /** Replaces single deadlines of deadlines.ts. */
  readonly deadlines?: Partial<Deadlines>;
  /** Save the guest's memory when it hangs or panics: a file of up to `memoryMiB`. */
  readonly dump?: boolean;
  /** The kernel's reports that are excused; by default those of kernel-patch/known-splats.json. */
  readonly knownSplats?: readonly KnownSplat[];
}

/** What is decided of a guest before anything of it is made. */
interface Design {
  readonly qemu: Qemu;
  readonly accel: Accel;
  readonly nonce: string;
  readonly machine: Machine;
}

async function design(options: BootOptions, name: string, ctx: Context): Promise<Design> {
  await checkInitrd(options.initrd);
  const qemu = await findQemu(process.env, ctx.signal);
  const accel = await chooseAccel(options.accel ?? 'auto', qemu, ctx);
  const nonce = randomBytes(8).toString('hex');
  const agentDevice = options.agentDevice ?? 'vport0p1';
  const cpus = options.cpus ?? 1;
  const tscKhz = await hostTscKhz(ctx);
  const type = chooseMachine(options.machine ?? 'auto', {
    accel: accel.name,
    vmlinux: options.vmlinux !== undefined,
    serialLines: agentDevice === 'ttyS1' ? 2 : 1,
    tscKhz,
  });
  const traits = TRAITS[type];
  const kernel = resolve(traits.kernel === 'vmlinux' ? (options.vmlinux ?? '') : options.kernel);
  await checkKernel(kernel);
  const parameters = traits.parameters({ cpus, tscKhz });
  const machine: Machine = {
    name,
    type,
    accel: accel.name,
    memoryMiB: options.memoryMiB ?? 1024,
    cpus,
    kernel,
    initrd: resolve(options.initrd),
    agentDevice,
    commandLine: kernelCommandLine(agentDevice, nonce, parameters, options.append ?? ''),
    disks: [],
  };
  return { qemu, accel, nonce, machine };
}

/**
 * QEMU's command line for a guest that is not booted, quoted for a shell. Its disks are left out, and the console's file
 * and the nonce are other ones than those of a boot.
 *
 * @throws InfraError as bootVm does
 */
export async function describeBoot(options: BootOptions, ctx: Context): Promise<string> {
  const { qemu, machine } = await design(options, options.name ?? 'vm', ctx);
  const consoleLog = resolve(options.runDir, machine.name, 'console.log');
  return quoteCommand([qemu.path, ...qemuArguments(machine, harnessWiring(consoleLog))]);
}

/**
 * Boots a guest; resolves when its agent has answered.
 *
 * @throws InfraError when the host lacks something that is needed
 * @throws VmError when the guest ends, in whatever way, before its agent has answered; also when `ctx.signal` aborts
 */
export async function bootVm(options: BootOptions, ctx: Context): Promise<Vm> {
  const knownSplats = options.knownSplats ?? (await readKnownSplats());
  const name = options.name ?? 'vm';
  const { qemu, accel, nonce, machine: designed } = await design(options, name, ctx);
  const deadlines = deadlinesFor(accel.name, options.deadlines);
  const artifacts = await createArtifacts(resolve(options.runDir), name);
  const disks = await createDisks(options.disks ?? [], artifacts.dir);
  const machine: Machine = { ...designed, name: artifacts.name, disks };
  const { agentDevice } = machine;
  const args = qemuArguments(machine, harnessWiring(artifacts.consoleLog));
  const commandLine = quoteCommand([qemu.path, ...args]);
  // By hand nothing is recorded: it would replace the record of this run.
  const plainDisks = machine.disks.map(({ path }) => ({ path }));
  const byHand = quoteCommand([qemu.path, ...qemuArguments({ ...machine, disks: plainDisks }, HAND_WIRING)]);
  await writeCommands(artifacts, commandLine, byHand);
  const facts = { ...machine, qemu, accel, deadlines, nonce, rerun: byHand };
  const record = (end: VmEnd): VmRecord => ({ ...facts, ...end });
  ctx.signal.throwIfAborted();
  await writeRecord(artifacts, record({ ...UNJUDGED, commandLine }));

  const qemuProcess = startQemu({
    path: qemu.path,
    args,
    stderrFile: artifacts.qemuLog,
    signal: ctx.signal,
  });
  const { pid } = qemuProcess;
  ctx.events.emit({
    kind: 'vm.start',
    vm: machine.name,
    accel: accel.name,
    commandLine,
    ...(pid !== undefined && { pid }),
    bootMs: deadlines.bootMs,
  });
  const examination = { dir: artifacts.dir, dump: options.dump ?? false };
  const supervisor = new Supervisor(qemuProcess, deadlines, examination, knownSplats, ctx.signal);
  const { agent, console, consoleInput } = qemuProcess;
  const line = agentDevice === 'ttyS0' ? agentLine(console, consoleInput) : agentLine(agent, agent);
  const client = AgentClient.connect(line, {
    nonce,
    onBeat: () => supervisor.observe({ kind: 'beat' }),
    onTaint: (flags) => supervisor.observe({ kind: 'taint', flags }),
    onFault: (text) =>
      ctx.events.emit({ kind: 'warning', text: `${machine.name}: the agent's line: ${text}` }),
  });
  void client.closed.then((reason) =>
    supervisor.observe(
      reason.kind === 'done' ? { kind: 'done' } : { kind: 'agent-closed', why: reason.error.found },
    ),
  );

  let failure: VmError | undefined;
  const ended = supervisor.ended.then(async ({ verdict, title }): Promise<VmEnd> => {
    const ms = supervisor.elapsedMs;
    const { findings, diagnostics } = supervisor;
    const consoleTail = supervisor.tail(SHOWN_LINES);
    const end = { verdict, title, findings, consoleTail, diagnostics, commandLine, ms };
    if (verdict !== 'PASS') failure = new VmError(machine.name, end, artifacts.dir, byHand);
    for (const { title: report, known } of findings) {
      if (known === undefined) continue;
      const text = `${machine.name}: known splat, excused until ${known.expires}: ${report} (${known.reason})`;
      ctx.events.emit({ kind: 'note', text });
    }
    ctx.events.emit({ kind: 'vm.end', vm: machine.name, verdict, title, ms, findings, diagnostics });
    // Before anybody is told: a test that does not catch the error ends its process with it.
    try {
      await writeRecord(artifacts, record(end));
    } catch (error) {
      // A full disk must not hide how the guest ended.
      ctx.events.emit({
        kind: 'warning',
        text: `${machine.name}: vm.json was not written: ${String(error)}`,
      });
    }
    client.lose(failure ?? new AgentLostError({ tried: 'ask the guest', found: 'it was shut down' }));
    return end;
  });

  const hello = await client.ready.catch(async (error: unknown) => {
    await ended;
    throw failure ?? error;
  });
  supervisor.observe({ kind: 'hello' });
  const readyMs = supervisor.elapsedMs;
  ctx.events.emit({ kind: 'vm.ready', vm: machine.name, ms: readyMs, kernel: hello.kernel });
  return new Vm({
    name: machine.name,
    dir: artifacts.dir,
    disks: machine.disks,
    pid,
    hello,
    readyMs,
    client,
    supervisor,
    events: ctx.events,
    terminal: { output: console, input: consoleInput },
    qmp: await supervisor.qmp,
    ended,
    failure: () => failure,
  });
}
