/** The files that tell about one guest, in a folder of its own: what was started, what it printed, how it ended. */
import { glob, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { VmEnd } from './vm-error.ts';

export interface Artifacts {
  /** The folder's name: the guest's name, with a number when several guests of a run have the same. */
  readonly name: string;
  readonly dir: string;
  /** All that came out of ttyS0, byte for byte. */
  readonly consoleLog: string;
  /** QEMU's stderr. */
  readonly qemuLog: string;
}

/** Creates the folder `<runDir>/<name>`, or `<name>-2` and so on when it is taken. */
export async function createArtifacts(runDir: string, wanted: string): Promise<Artifacts> {
  await mkdir(runDir, { recursive: true });
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`;
    const dir = join(runDir, name);
    try {
      await mkdir(dir);
      return { name, dir, consoleLog: join(dir, 'console.log'), qemuLog: join(dir, 'qemu.log') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Writes command.txt: both command lines, for people. */
export async function writeCommands(artifacts: Artifacts, exact: string, byHand: string): Promise<void> {
  const text = `# As the harness ran it: descriptors 3 and 4 were QMP and the agent's line.\n${exact}\n
# By hand: the console on this terminal, Ctrl-A X ends QEMU.\n${byHand}\n`;
  await writeFile(join(artifacts.dir, 'command.txt'), text);
}

/** What vm.json says of a guest; the file also has the machine, QEMU, the accelerator and the deadlines. */
export interface VmRecord extends VmEnd {
  readonly name: string;
  /** A command that boots the same guest on the terminal. */
  readonly rerun: string;
}

/**
 * How a guest ended whose record was never replaced. It is written before QEMU starts, so that whoever reads the
 * records sees a guest that nobody could judge as what it is, and never as no guest at all.
 */
export const UNJUDGED = {
  verdict: 'LOST',
  title: 'the process that ran the guest was ended before it could judge it',
  findings: [],
  consoleTail: [],
  diagnostics: [],
  ms: 0,
} as const satisfies Partial<VmEnd>;

/** Writes vm.json, whole or not at all. */
export async function writeRecord(artifacts: Artifacts, record: VmRecord): Promise<void> {
  const path = join(artifacts.dir, 'vm.json');
  await writeFile(`${path}.new`, `${JSON.stringify(record, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** The record of each guest of a run, and the folder that it lies in. */
export async function readRecords(runDir: string): Promise<(VmRecord & { readonly dir: string })[]> {
  const records: (VmRecord & { dir: string })[] = [];
  for await (const path of glob('*/vm.json', { cwd: runDir })) {
    const file = join(runDir, path);
    records.push({ ...(JSON.parse(await readFile(file, 'utf8')) as VmRecord), dir: dirname(file) });
  }
  return records;
}
