/**
 * The host's side of the agent: requests and their answers, processes and files in the guest, over any byte stream.
 */
import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { HarnessError } from '../errors.ts';
import { AgentLostError, ExecTimeoutError, GuestError } from './errors.ts';
import { receiveFile, sendFile } from './file-transfer.ts';
import { type Exit, GuestProcess, ProcessFeed, type ProcessRequest } from './guest-process.ts';
import { Line } from './line.ts';
import { type GuestMessage, type Hello, type HostMessage, PROTOCOL_VERSION } from './messages.ts';
import { spawnOrder, type SpawnOptions } from './spawn.ts';
import { type Resume, type Standby, standbyOrder } from './standby.ts';
import { type Bytes, commandText, fromWire } from './wire-bytes.ts';

export interface ConnectOptions {
  /** The word that this guest was given on its kernel command line (`dirsync.nonce=`). */
  readonly nonce: string;
  /** The guest goes on from a snapshot in which another host had talked to it. */
  readonly resume?: Resume;
  /** When aborted, the connection ends and everything pending rejects. */
  readonly signal?: AbortSignal;
  /** Called with every message: a beat each second, or, when the line is busy with output, that output. */
  readonly onSignOfLife?: () => void;
  /** Called with the flags of /proc/sys/kernel/tainted whenever the agent tells them. */
  readonly onTaint?: (flags: number) => void;
  /** Called with one line of text for noise and damage on the line, which is repaired, but worth recording. */
  readonly onFault?: (text: string) => void;
}

/** As a time limit: none. The longest that setTimeout takes, 24 days. */
export const NO_LIMIT_MS = 2 ** 31 - 1;

export interface ExecOptions extends Omit<SpawnOptions, 'stdin' | 'terminal' | 'onOutput'> {
  /** What the program reads from stdin; without it, stdin is /dev/null. */
  readonly stdin?: Bytes;
  /** Milliseconds after which the process group is killed and ExecTimeoutError thrown; 120,000 by default. */
  readonly timeout?: number;
}

export interface ExecResult extends Exit {
  readonly stdout: string;
  readonly stderr: string;
  readonly stdoutBytes: Buffer;
  readonly stderrBytes: Buffer;
}

export type CloseReason = { readonly kind: 'done' } | { readonly kind: 'lost'; readonly error: HarnessError };

type Result = Extract<GuestMessage, { type: 'result' }>;
type Request = HostMessage & { readonly id: number };
type WithoutId<T> = T extends Request ? Omit<T, 'id'> : never;

interface Pending {
  readonly tried: string;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
  readonly data: Buffer[];
}

export class AgentClient {
  /** The guest's first words; rejects when there is no guest to hear, or the wrong one. */
  readonly ready: Promise<Hello>;
  /** How the conversation ended. Never rejects. */
  readonly closed: Promise<CloseReason>;
  readonly #options: ConnectOptions;
  readonly #line: Line;
  readonly #ready = Promise.withResolvers<Hello>();
  readonly #closed = Promise.withResolvers<CloseReason>();
  readonly #done = Promise.withResolvers<void>();
  readonly #pending = new Map<number, Pending>();
  readonly #processes = new Map<number, ProcessFeed>();
  readonly #standbys: Standby[];
  #nextId: number;
  #lost: HarnessError | undefined;
  #isDone = false;

  private constructor(stream: Duplex, options: ConnectOptions) {
    this.#options = options;
    this.#nextId = options.resume?.nextId ?? 1;
    this.#standbys = [...(options.resume?.standbys ?? [])];
    this.ready = this.#ready.promise;
    this.closed = this.#closed.promise;
    this.ready.catch(() => undefined);
    this.#done.promise.catch(() => undefined);
    const events = {
      onMessage: (message: GuestMessage) => this.#onMessage(message),
      onFault: (text: string) => options.onFault?.(text),
      onEnd: (error: AgentLostError) => this.lose(error),
    };
    this.#line = new Line(stream, events, options.resume !== undefined);
    if (options.resume !== undefined) {
      const random = randomBytes(32).toString('base64');
      this.#line.send({ type: 'attach', nonce: options.nonce, realtime_ms: Date.now(), random });
    }
    const abort = (): void =>
      this.lose(new AgentLostError({ tried: 'talk to the agent in the guest', found: 'it was aborted' }));
    if (options.signal?.aborted) abort();
    else options.signal?.addEventListener('abort', abort, { once: true });
    void this.closed.then(() => options.signal?.removeEventListener('abort', abort));
  }

  /** Starts to listen. Requests may be made at once: they wait for the guest's hello. */
  static connect(stream: Duplex, options: ConnectOptions): AgentClient {
    return new AgentClient(stream, options);
  }

  /** Runs a program to its end. Its exit status is no error: the caller judges. */
  async exec(argv: readonly Bytes[], options: ExecOptions = {}): Promise<ExecResult> {
    const { stdin, timeout = 120_000, ...rest } = options;
    const { process, feed } = await this.#start(argv, { ...rest, stdin: stdin !== undefined });
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      void process.kill('SIGKILL');
    }, timeout);
    try {
      if (stdin !== undefined) {
        // A program may end without reading all: no error, as in a shell's pipe.
        void process.write(stdin);
        void process.end();
      }
      const exit = await process.exited;
      if (timedOut) throw new ExecTimeoutError(commandText(argv), timeout, process.stdout, process.stderr);
      return {
        ...exit,
        stdout: process.stdout,
        stderr: process.stderr,
        stdoutBytes: feed.stdout.bytes(),
        stderrBytes: feed.stderr.bytes(),
      };
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Starts a program that waits to be told what to do: `program` is run with DIRSYNC_STANDBY=1 in its environment, says
   * `standby`, and waits for its order on stdin. A host that resumes from a snapshot gives it by `spawn` or `exec`.
   */
  async standBy(program: string): Promise<Standby> {
    const { process, id } = await this.#start([program], { env: { DIRSYNC_STANDBY: '1' } });
    await process.output(/^standby$/m);
    return { program, id, pid: process.pid };
  }

  /** What a host needs that goes on with this guest from a snapshot. */
  resume(standbys: readonly Standby[]): Resume {
    return { nextId: this.#nextId, standbys };
  }

  /** Starts a program, as the leader of its own session, and returns as soon as it runs. */
  async spawn(argv: readonly Bytes[], options: SpawnOptions = {}): Promise<GuestProcess> {
    const { process } = await this.#start(argv, { stdin: true, ...options });
    return process;
  }

  /** Creates or replaces a file. `mode` is set whatever the umask is; without it, new files are 0666 & ~umask. */
  async writeFile(path: Bytes, data: Bytes, options: { readonly mode?: number } = {}): Promise<void> {
    await sendFile(path, data, options.mode, async (message, tried) => this.#request(message, tried));
  }

  /** Reads a regular file, such as one below /proc, too. */
  async readFile(path: Bytes): Promise<Buffer> {
    return receiveFile(path, async (message, tried, data) => this.#request(message, tried, data));
  }

  /**
   * Ends all processes, writes everything to the disks and ends the machine. Resolves when the guest has said that it
   * is done, which is shortly before QEMU ends.
   */
  async shutdown(how: 'poweroff' | 'reboot' = 'poweroff'): Promise<void> {
    await this.ready;
    this.#request({ type: 'shutdown', how }, 'shut the guest down').catch((error: Error) =>
      this.#done.reject(error),
    );
    await this.#done.promise;
  }

  /** Ends the conversation for a reason that the caller knows better, such as the end of the VM. */
  lose(error: HarnessError): void {
    if (this.#lost !== undefined) return;
    this.#lost = error;
    this.#line.close();
    this.#ready.reject(error);
    this.#done.reject(error);
    for (const pending of this.#pending.values()) pending.reject(error);
    for (const feed of this.#processes.values()) feed.lose(error);
    this.#pending.clear();
    this.#processes.clear();
    this.#closed.resolve(this.#isDone ? { kind: 'done' } : { kind: 'lost', error });
  }

  async #start(
    argv: readonly Bytes[],
    options: SpawnOptions,
  ): Promise<{ process: GuestProcess; feed: ProcessFeed; id: number }> {
    const { uid, gid = uid, terminal } = options;
    const name = commandText(argv);
    const tried = `run ${name} in the guest`;
    const feed = new ProcessFeed(options.onOutput);
    const ordinary = uid === undefined && gid === undefined && terminal === undefined;
    const standby = ordinary ? this.#takeStandby(argv[0]) : undefined;
    const id = standby?.id ?? this.#nextId;
    const order = standby === undefined ? spawnOrder(argv, options) : standbyOrder(standby, argv, options);
    const started = this.#request(order, tried);
    // Output may stand in the same chunk of bytes as the answer.
    if (this.#lost === undefined) this.#processes.set(id, feed);
    try {
      const { pid = standby?.pid ?? 0 } = await started;
      const request: ProcessRequest = async (message, what) => this.#request(message, what);
      return { process: new GuestProcess(id, pid, name, feed, request), feed, id };
    } catch (error) {
      this.#processes.delete(id);
      throw error;
    }
  }

  #takeStandby(program: Bytes | undefined): Standby | undefined {
    const index = this.#standbys.findIndex((standby) => standby.program === program);
    return index < 0 ? undefined : this.#standbys.splice(index, 1)[0];
  }

  /** Sends a request as soon as the guest is there. Ids are given in the order of the calls. */
  async #request(message: WithoutId<Request>, tried: string, data: Buffer[] = []): Promise<Result> {
    const id = this.#nextId++;
    await this.ready;
    if (this.#lost !== undefined) throw this.#lost;
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#pending.set(id, { tried, resolve, reject, data });
    this.#line.send({ ...message, id } as Request);
    return promise;
  }

  #onMessage(message: GuestMessage): void {
    this.#options.onSignOfLife?.();
    if ('taint' in message && message.taint !== undefined) this.#options.onTaint?.(message.taint);
    switch (message.type) {
      case 'hello':
        this.#onHello(message);
        break;
      case 'beat':
        break;
      case 'result':
        this.#settle(message.id)?.resolve(message);
        break;
      case 'error':
        this.#onError(message);
        break;
      case 'data':
        this.#pending.get(message.id)?.data.push(Buffer.from(message.data, 'base64'));
        break;
      case 'out':
        this.#processes.get(message.process)?.push(message.stream, Buffer.from(message.data, 'base64'));
        break;
      case 'exit': {
        const { code = null, signal = null, ms } = message;
        this.#processes.get(message.process)?.end({ code, signal, ms });
        break;
      }
      case 'done':
        this.#onDone(message.nonce);
        break;
    }
  }

  #onHello(hello: Hello): void {
    if (hello.protocol !== PROTOCOL_VERSION) {
      this.#distrust(`it speaks version ${hello.protocol} of the protocol, not ${PROTOCOL_VERSION}`);
    } else if (this.#isOurs(hello.nonce)) {
      this.#ready.resolve(hello);
    }
  }

  #onDone(nonce: string): void {
    if (!this.#isOurs(nonce)) return;
    this.#isDone = true;
    this.#line.send({ type: 'bye' });
    this.#done.resolve();
    this.#closed.resolve({ kind: 'done' });
  }

  #onError(message: Extract<GuestMessage, { type: 'error' }>): void {
    const text = fromWire(message.message);
    const pending = this.#settle(message.id);
    if (pending !== undefined) pending.reject(new GuestError(pending.tried, message.errno, text));
    else this.#distrust(`the agent could not understand what was sent: ${message.errno}: ${text}`);
  }

  #isOurs(nonce: string): boolean {
    if (nonce === this.#options.nonce) return true;
    this.#distrust(`it has the nonce ${JSON.stringify(nonce)}, not the one that this guest was given`);
    return false;
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #distrust(found: string): void {
    this.lose(new AgentLostError({ tried: 'talk to the agent in the guest', found }));
  }
}
