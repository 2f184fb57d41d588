/**
 * A client of the QEMU Machine Protocol: JSON objects, one a line, over a stream.
 *
 * Protocol: docs/interop/qmp-spec of QEMU. The server greets, the client leaves negotiation mode by
 * `qmp_capabilities`, then commands are answered in order by `id` while events arrive in between. Own code because the
 * npm packages for it are unmaintained, and because it is short.
 */
import type { Duplex } from 'node:stream';
import { HarnessError } from '../errors.ts';

export interface QmpEvent {
  /** E.g. `SHUTDOWN`, `GUEST_PANICKED`, `STOP`; the full list is QEMU's own, see its qapi schema. */
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** QEMU refused a command, or the connection ended before it answered. */
export class QmpError extends HarnessError {
  constructor(code: 'QMP_REFUSED' | 'QMP_CLOSED' | 'QMP_GARBAGE', tried: string, found: string) {
    super('INFRA', { code, tried, found });
  }
}

interface Pending {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: QmpError) => void;
}

export class Qmp {
  readonly #stream: Duplex;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(event: QmpEvent) => void>();
  #lastId = 0;
  #rest = '';
  #closed: QmpError | undefined;
  #greeted: () => void = () => {};

  private constructor(stream: Duplex) {
    this.#stream = stream;
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => this.#read(chunk));
    stream.on('error', (error: Error) => this.#close(error.message));
    stream.on('close', () => this.#close('the connection was closed'));
    stream.on('end', () => this.#close('QEMU closed the connection'));
  }

  /**
   * Waits for the greeting and leaves negotiation mode.
   *
   * @param onEvent is called for every event, also for those before this resolves
   * @throws QmpError when the stream ends first
   */
  static async connect(stream: Duplex, onEvent: (event: QmpEvent) => void = () => {}): Promise<Qmp> {
    const qmp = new Qmp(stream);
    qmp.#listeners.add(onEvent);
    await new Promise<void>((resolve, reject) => {
      qmp.#greeted = resolve;
      qmp.#pending.set(0, { command: 'the greeting', resolve: () => {}, reject });
    });
    qmp.#pending.delete(0);
    await qmp.execute('qmp_capabilities');
    return qmp;
  }

  /**
   * Runs a command, e.g. `execute('set-action', {reboot: 'reset'})`, and returns its `return` value.
   *
   * @throws QmpError `QMP_REFUSED` with QEMU's own words, or `QMP_CLOSED` when QEMU ends before it answers
   */
  async execute(command: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    if (this.#closed !== undefined) throw this.#closed;
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { command, resolve, reject });
      this.#stream.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`);
    });
  }

  /** Calls `listener` for every event from now on; the returned function ends that. */
  onEvent(listener: (event: QmpEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line.trim() === '') continue;
      let message: QmpMessage;
      try {
        message = JSON.parse(line) as QmpMessage;
      } catch {
        this.#close(`a line that is no JSON: ${line.slice(0, 200)}`, 'QMP_GARBAGE');
        this.#stream.destroy();
        return;
      }
      this.#dispatch(message);
    }
  }

  #dispatch(message: QmpMessage): void {
    if (message.QMP !== undefined) {
      this.#greeted();
    } else if (message.event !== undefined) {
      const event = { event: message.event, data: message.data ?? {} };
      for (const listener of this.#listeners) listener(event);
    } else if (message.id !== undefined) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      if (message.error === undefined) pending?.resolve(message.return);
      else pending?.reject(new QmpError('QMP_REFUSED', `QMP ${pending.command}`, message.error.desc));
    }
  }

  #close(found: string, code: 'QMP_CLOSED' | 'QMP_GARBAGE' = 'QMP_CLOSED'): void {
    if (this.#closed !== undefined) return;
    this.#closed = new QmpError(code, 'talk QMP to QEMU', found);
    for (const pending of this.#pending.values()) {
      pending.reject(new QmpError(code, `QMP ${pending.command}`, found));
    }
    this.#pending.clear();
  }
}

interface QmpMessage {
  readonly QMP?: unknown;
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}
