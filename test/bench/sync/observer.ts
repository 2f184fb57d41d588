/** The stopwatch: a C program, so that watching a peer costs little, and the same for each. */
import { join } from 'node:path';
import { execa } from 'execa';

export interface Usage {
  readonly ms: number;
  readonly cpuMs: number;
  readonly maxRssKib: number;
}

export interface Writes {
  readonly copied: number[];
  readonly closed: number[];
}

export class Observer {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Compiles it into `folder`. */
  static async build(folder: string): Promise<Observer> {
    const program = join(folder, 'observer');
    const source = join(import.meta.dirname, 'observer.c');
    await execa('cc', ['-std=gnu17', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-o', program, source]);
    return new Observer(program);
  }

  /** Runs a command to its end; throws when it fails. */
  async run(command: readonly string[]): Promise<Usage> {
    const said = (await this.#ask(['run', ...command])) as { ns: number; exitCode: number } & Usage;
    if (said.exitCode !== 0) throw new Error(`exit code ${said.exitCode} of ${command.join(' ')}`);
    return { ms: said.ns / 1e6, cpuMs: said.cpuMs, maxRssKib: said.maxRssKib };
  }

  /** Milliseconds from the beginning of each of `count` writes of one file: until its copy is there, and until it is closed. */
  async writes(source: string, destination: string, count: number, gapMs: number): Promise<Writes> {
    const said = await this.#ask(['write', source, destination, String(count), String(gapMs)]);
    const { copiedNs, closedNs } = said as { copiedNs: number[]; closedNs: number[] };
    return { copied: copiedNs.map((ns) => ns / 1e6), closed: closedNs.map((ns) => ns / 1e6) };
  }

  /** Milliseconds from the first of `count` new files until all have their copies. */
  async burst(source: string, destination: string, count: number): Promise<number> {
    const said = await this.#ask(['burst', source, destination, String(count)]);
    return (said as { ns: number }).ns / 1e6;
  }

  async #ask(args: readonly string[]): Promise<unknown> {
    const { stdout } = await execa(this.#program, args);
    // A command's own words may come before.
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n') + 1));
  }
}
