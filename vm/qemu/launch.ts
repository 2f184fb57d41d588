/** Starts QEMU for one guest, watches it from its first line to its end, and connects to its agent. */
import { resolve } from 'node:path';
import { readKnownSplats } from '../console/known-splats.ts';
import { ConsoleLog } from '../console/log.ts';
import type { Context } from '../context.ts';
import { AgentLostError } from '../guest/errors.ts';
import { AgentClient } from '../guest/agent-client.ts';
import { agentLine } from './agent-line.ts';
import { createArtifacts, UNJUDGED, writeCommands, writeRecord, type VmRecord } from './artifacts.ts';
import type { BootOptions } from './boot-options.ts';
import { deadlinesFor } from './watch/deadlines.ts';
import { design, randomNonce } from './design.ts';
import { createDisks } from './machine/disks.ts';
import { HAND_WIRING, HARNESS_WIRING, type Machine, qemuArguments } from './machine/machine.ts';
import { hostSlowness, kernelSlowness } from './accel/pace.ts';
import { startQemu } from './process.ts';
import { quoteCommand } from './machine/quote.ts';
import { memoryFile, restoreSnapshot, type Snapshot } from './snapshot.ts';
import { Supervisor } from './watch/supervisor.ts';
import { SHOWN_LINES, VmError, type VmEnd } from './vm-error.ts';
import { Vm } from './vm.ts';

/** How a guest has to do with snapshots. */
export interface Origin {
  /** Keep the memory in this file. */
  readonly save?: string;
  /** Do not boot, but go on from here. */
  readonly snapshot?: Snapshot;
}

/** All guests of a snapshot have one command line; who goes on with one gives it a nonce of its own. */
const SNAPSHOT_NONCE = 'snapshot';

/** Starts QEMU; resolves when the guest's agent has answered. Errors are those of bootVm. */
export async function launch(options: BootOptions, { save, snapshot }: Origin, ctx: Context): Promise<Vm> {
  const knownSplats = options.knownSplats ?? (await readKnownSplats());
  const name = options.name ?? 'vm';
  const bootNonce = save === undefined && snapshot === undefined ? randomNonce() : SNAPSHOT_NONCE;
  const { qemu, accel, checks, machine: designed } = await design(options, name, bootNonce, ctx);
  const nonce = snapshot === undefined ? bootNonce : randomNonce();
  const pace = {
    host: accel.name === 'tcg' ? await hostSlowness(qemu, ctx) : 1,
    kernel: kernelSlowness(checks),
    ...(designed.icount === true && { icount: true }),
  };
  const deadlines = deadlinesFor(accel.name, pace, options.deadlines);
  const artifacts = await createArtifacts(resolve(options.runDir), name);
  const disks = await createDisks(options.disks ?? [], artifacts.dir);
  const cold: Machine = { ...designed, name: artifacts.name, disks };
  const machine: Machine = {
    ...cold,
    ...(save !== undefined && { ram: { path: save, share: true } }),
    ...(snapshot !== undefined && { ram: { path: memoryFile(snapshot.dir), share: false }, incoming: true }),
  };
  const { agentDevice } = machine;
  const args = qemuArguments(machine, HARNESS_WIRING);
  const commandLine = quoteCommand([qemu.path, ...args]);
  // By hand nothing is recorded: it would replace the record of this run.
  const plainDisks = machine.disks.map(({ path }) => ({ path }));
  const byHand = quoteCommand([qemu.path, ...qemuArguments({ ...cold, disks: plainDisks }, HAND_WIRING)]);
  await writeCommands(artifacts, commandLine, byHand);
  const facts = { ...machine, qemu, accel, deadlines, pace, nonce, rerun: byHand };
  const record = (end: VmEnd): VmRecord => ({ ...facts, ...end });
  ctx.signal.throwIfAborted();
  await writeRecord(artifacts, record({ ...UNJUDGED, commandLine }));

  const qemuProcess = startQemu({
    path: qemu.path,
    args,
    consoleFile: artifacts.consoleLog,
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
  const log = new ConsoleLog(knownSplats);
  const examination = { dir: artifacts.dir, dump: options.dump ?? false };
  const supervisor = new Supervisor(qemuProcess, deadlines, examination, log, ctx.signal);
  const { agent, console, consoleInput } = qemuProcess;
  if (snapshot !== undefined) await goOn(snapshot, supervisor, machine.name, ctx);
  const line = agentDevice === 'ttyS0' ? agentLine(console, consoleInput) : agentLine(agent, agent);
  const client = AgentClient.connect(line, {
    nonce,
    ...(snapshot !== undefined && { resume: snapshot.resume }),
    onSignOfLife: () => supervisor.observe({ kind: 'beat' }),
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
    qmp: await supervisor.qmp,
    ended,
    failure: () => failure,
  });
}

/** A QEMU that cannot go on is judged like a guest that never answered; why it could not is said at once. */
async function goOn(snapshot: Snapshot, supervisor: Supervisor, vm: string, ctx: Context): Promise<void> {
  try {
    await restoreSnapshot(await supervisor.qmp, snapshot);
  } catch (error) {
    const text = `${vm}: cannot go on from the snapshot ${snapshot.dir}: ${String(error)}`;
    ctx.events.emit({ kind: 'warning', text });
  }
}
