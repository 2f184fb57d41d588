/** A folder in a guest. The image has the programs and the packaged syncer (dirsync.project.json). */
import type { Exit, GuestProcess } from '../../vm/guest/guest-process.ts';
import type { Vm } from '../../vm/qemu/vm.ts';
import { must } from '../helpers/guest.ts';
import type { Finished, Place, Program, Running } from './place.ts';

/** Milliseconds in which the syncer says that it watches, or a program ends: a kernel that checks itself is slow. */
const START_MS = 120_000;
const PROGRAM_MS = 600_000;
/** Characters of the syncer's output that are told. */
const TAIL = 4000;

let places = 0;

export class GuestPlace implements Place {
  readonly #vm: Vm;
  readonly #dir: string;
  readonly #syncers: GuestSyncer[] = [];

  private constructor(vm: Vm, dir: string) {
    this.#vm = vm;
    this.#dir = dir;
  }

  /** A new folder below `base`, a directory of the guest. */
  static async make(vm: Vm, base: string): Promise<GuestPlace> {
    places += 1;
    const place = new GuestPlace(vm, `${base}/churn-${places}`);
    await must(vm, `mkdir -p ${place.#dir}/source ${place.#dir}/outside`);
    return place;
  }

  /** Everything that its syncers have printed on stdout. */
  get told(): string {
    return this.#syncers.map((syncer) => syncer.told).join('');
  }

  async run(argv: readonly [Program, ...string[]], stdin = ''): Promise<Finished> {
    return this.#vm.exec(argv, { cwd: this.#dir, stdin: Buffer.from(stdin), timeout: PROGRAM_MS });
  }

  async startSyncer(options: readonly string[]): Promise<Running> {
    const argv = ['dirsync', ...options, 'source', 'destination'];
    const syncer = new GuestSyncer(await this.#vm.spawn(argv, { cwd: this.#dir }));
    this.#syncers.push(syncer);
    return syncer;
  }

  async remove(): Promise<void> {
    await Promise.all(this.#syncers.map((syncer) => syncer.kill()));
    await must(this.#vm, `rm -rf ${this.#dir}`);
  }
}

class GuestSyncer implements Running {
  readonly #process: GuestProcess;
  exit: number | string | null = null;

  constructor(process: GuestProcess) {
    this.#process = process;
    // A guest that is lost fails whatever is asked of it next.
    this.#process.exited.then((exit) => (this.exit = howEnded(exit))).catch(() => null);
  }

  get told(): string {
    return this.#process.stdout;
  }

  async output(pattern: RegExp): Promise<void> {
    await this.#process.output(pattern, { timeout: START_MS });
  }

  tail(): string {
    const { stdout, stderr } = this.#process;
    return stdout.slice(-TAIL) + stderr.slice(-TAIL);
  }

  async interrupt(): Promise<number | string> {
    await this.#process.kill('SIGINT');
    return howEnded(await this.#process.exited);
  }

  async kill(): Promise<void> {
    await this.#process.kill('SIGKILL');
    await this.#process.exited;
  }
}

function howEnded({ code, signal }: Exit): number | string {
  return signal ?? code ?? 'unknown';
}
