/** A folder in a guest, which has the programs in its image. */
import type { GuestProcess } from '../../vm/guest/guest-process.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import type { Finished, Place, Program, Running } from './place.ts';

/** Milliseconds in which the syncer says that it watches: a guest without KVM is slow. */
const START_MS = 120_000;
/** Milliseconds for a burst of changes, or a comparison with its waiting. */
const RUN_MS = 600_000;
/** Characters of the syncer's output that are told. */
const TAIL = 4000;

export class GuestPlace implements Place {
  readonly #vm: Vm;
  readonly #dir: string;
  readonly #syncers: GuestSyncer[] = [];

  private constructor(vm: Vm, dir: string) {
    this.#vm = vm;
    this.#dir = dir;
  }

  /** Below `dir` of the guest, which is made. */
  static async make(vm: Vm, dir: string): Promise<GuestPlace> {
    const { code, stderr } = await vm.exec(['mkdir', '-p', `${dir}/source`, `${dir}/outside`]);
    if (code !== 0) throw new Error(`in the guest: mkdir ${dir}: ${stderr}`);
    return new GuestPlace(vm, dir);
  }

  async run(argv: readonly [Program, ...string[]], stdin = ''): Promise<Finished> {
    return this.#vm.exec(argv, { cwd: this.#dir, stdin, timeout: RUN_MS });
  }

  async startSyncer(options: readonly string[]): Promise<Running> {
    const argv = ['dirsync', ...options, 'source', 'destination'];
    const syncer = new GuestSyncer(await this.#vm.spawn(argv, { cwd: this.#dir }));
    this.#syncers.push(syncer);
    return syncer;
  }

  async remove(): Promise<void> {
    for (const syncer of this.#syncers) if (syncer.exit === null) await syncer.interrupt();
    await this.#vm.exec(['rm', '-rf', this.#dir]);
  }
}

class GuestSyncer implements Running {
  readonly #process: GuestProcess;
  exit: number | string | null = null;

  constructor(process: GuestProcess) {
    this.#process = process;
    void this.#watch();
  }

  async output(pattern: RegExp): Promise<void> {
    await this.#process.output(pattern, { timeout: START_MS });
  }

  tail(): string {
    return (this.#process.stdout.slice(-TAIL) + this.#process.stderr).slice(-TAIL);
  }

  async interrupt(): Promise<number | string> {
    await this.#process.kill('SIGINT');
    const { code, signal } = await this.#process.exited;
    return code ?? signal ?? 'unknown';
  }

  async #watch(): Promise<void> {
    try {
      const { code, signal } = await this.#process.exited;
      this.exit = code ?? signal ?? 'unknown';
    } catch (error) {
      // The guest is lost, which each request to it says, too.
      this.exit = String(error);
    }
  }
}
