/** A running guest: programs and files in it, its console and QMP, its end. */
import type { Finding } from '../console/finding.ts';
import type { ConsoleLog } from '../console/log.ts';
import type { EventSink } from '../events.ts';
import type { AgentClient, ExecOptions, ExecResult } from '../guest/agent-client.ts';
import type { GuestProcess } from '../guest/guest-process.ts';
import type { Hello } from '../guest/messages.ts';
import type { SpawnOptions } from '../guest/spawn.ts';
import type { Resume, Standby } from '../guest/standby.ts';
import { type Bytes, commandText, fromWire, toWire } from '../guest/wire-bytes.ts';
import type { Disk } from './machine/blockdev.ts';
import type { Qmp } from './qmp.ts';
import type { Supervisor } from './watch/supervisor.ts';
import { VmError, type VmEnd } from './vm-error.ts';

export interface VmParts {
  readonly name: string;
  /** Folder with console.log, qemu.log, command.txt, vm.json and the disks. */
  readonly dir: string;
  readonly disks: readonly Disk[];
  readonly pid: number | undefined;
  readonly hello: Hello;
  readonly readyMs: number;
  readonly client: AgentClient;
  readonly supervisor: Supervisor;
  readonly events: EventSink;
  readonly qmp: Qmp;
  /** Never rejects. */
  readonly ended: Promise<VmEnd>;
  /** The error of a bad end, set before anything rejects with it. */
  readonly failure: () => VmError | undefined;
}

/**
 * Made by `bootVm`. When the guest ends badly, everything that is pending rejects with one VmError, and so does
 * everything that is asked later.
 */
export class Vm implements AsyncDisposable {
  readonly name: string;
  readonly dir: string;
  /** Its disks, /dev/vda first: files that outlive it. */
  readonly disks: readonly Disk[];
  /** QEMU's process id on the host. */
  readonly pid: number | undefined;
  /** What the guest said of itself: kernel release, boot time, processors, memory. */
  readonly hello: Hello;
  /** Milliseconds from QEMU's start to the agent's hello. */
  readonly readyMs: number;
  readonly qmp: Qmp;
  readonly ended: Promise<VmEnd>;
  readonly #parts: VmParts;
  /** Whether a caller was given the VmError: disposal then does not throw it a second time. */
  #told = false;
  #calls = 0;

  constructor(parts: VmParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.dir = parts.dir;
    this.disks = parts.disks;
    this.pid = parts.pid;
    this.hello = parts.hello;
    this.readyMs = parts.readyMs;
    this.qmp = parts.qmp;
    this.ended = parts.ended;
  }

  /** The console's lines so far. */
  get console(): Pick<ConsoleLog, 'tail' | 'lineCount'> {
    return this.#parts.supervisor.console;
  }

  /** The kernel's reports so far. */
  get findings(): readonly Finding[] {
    return this.#parts.supervisor.findings;
  }

  /** The flags of /proc/sys/kernel/tainted; console/taint.ts has them in words. */
  async taint(): Promise<number> {
    return Number(String(await this.readFile('/proc/sys/kernel/tainted')));
  }

  /** Starts a program that waits for its order, to be kept in a snapshot; see AgentClient.standBy. */
  standBy(program: string): Promise<Standby> {
    return this.#watch(`start ${program} to stand by`, this.#parts.client.standBy(program));
  }

  /** What a host needs that goes on with this guest from a snapshot. */
  resume(standbys: readonly Standby[]): Resume {
    return this.#parts.client.resume(standbys);
  }

  /** Runs a program to its end; see AgentClient.exec. */
  exec(argv: readonly Bytes[], options?: ExecOptions): Promise<ExecResult> {
    return this.#watch(`run ${commandText(argv)}`, this.#parts.client.exec(argv, options));
  }

  /** Starts a program; see AgentClient.spawn. */
  async spawn(argv: readonly Bytes[], options?: SpawnOptions): Promise<GuestProcess> {
    const name = commandText(argv);
    const guestProcess = await this.#watch(`start ${name}`, this.#parts.client.spawn(argv, options));
    // The promises of the process are this guest's promises, too: whoever awaits one is told of a bad end.
    return new Proxy(guestProcess, {
      get: (target, key) => {
        const value: unknown = Reflect.get(target, key, target);
        if (value instanceof Promise) return this.#watch(`wait for the end of ${name}`, value);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const result: unknown = value.apply(target, args);
          const what = key === 'output' ? `wait for ${String(args[0])} of ${name}` : `${String(key)} ${name}`;
          return result instanceof Promise ? this.#watch(what, result) : result;
        };
      },
    });
  }

  /** Creates or replaces a file in the guest; see AgentClient.writeFile. */
  writeFile(path: Bytes, data: Bytes, options?: { readonly mode?: number }): Promise<void> {
    return this.#watch(`write ${fromWire(toWire(path))}`, this.#parts.client.writeFile(path, data, options));
  }

  /** Reads a file of the guest; see AgentClient.readFile. */
  readFile(path: Bytes): Promise<Buffer> {
    return this.#watch(`read ${fromWire(toWire(path))}`, this.#parts.client.readFile(path));
  }

  /**
   * Asks the guest to end, waits for its signed `done` and for QEMU's exit.
   *
   * @throws VmError when the guest ends in any other way, also when it has done so already
   */
  async shutdown(): Promise<VmEnd> {
    const { client, supervisor } = this.#parts;
    supervisor.observe({ kind: 'shutdown-asked' });
    // If the guest cannot, its end says why.
    client.shutdown().catch(() => undefined);
    return this.#end();
  }

  /**
   * Ends the guest as a reset button would, between two instructions: its memory, and with it every write that had not reached
   * its disks, is lost. Boot another guest on `disks` to see what is left. QEMU itself does not lose what it took; what a disk
   * may lose at a power cut is told by faults/power-cut.ts.
   *
   * @throws VmError when the guest ended in another way
   */
  async crash(): Promise<VmEnd> {
    const { supervisor } = this.#parts;
    supervisor.observe({ kind: 'crash-asked' });
    // Mostly QEMU is gone before it has answered.
    this.qmp.execute('quit').catch(() => undefined);
    return this.#end();
  }

  /** Shuts the guest down if it is still up. Throws the VmError of a bad end, unless a caller was given it already. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#told) await this.ended;
    else await this.shutdown();
  }

  async #end(): Promise<VmEnd> {
    const { ended, failure } = this.#parts;
    const end = await ended;
    const error = failure();
    if (error === undefined) return end;
    this.#told = true;
    throw error;
  }

  /** Tells that `what` is asked of the guest, and when it has answered. */
  #watch<T>(what: string, promise: Promise<T>): Promise<T> {
    const { events } = this.#parts;
    this.#calls += 1;
    const call = { vm: this.name, call: this.#calls };
    const began = performance.now();
    const answered = (ok: boolean): void =>
      events.emit({ kind: 'vm.return', ...call, ms: Math.round(performance.now() - began), ok });
    events.emit({ kind: 'vm.call', ...call, what: inOneLine(what) });
    promise.then(
      () => answered(true),
      (error: unknown) => {
        if (error instanceof VmError) this.#told = true;
        answered(false);
      },
    );
    return promise;
  }
}

/** Scripts have many lines; what they begin with tells which one it is. */
const LONGEST_CALL = 160;

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= LONGEST_CALL ? line : `${line.slice(0, LONGEST_CALL)}…`;
}
