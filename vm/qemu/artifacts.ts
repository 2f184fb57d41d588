/** The files that tell about one guest, in a folder of its own: what was started, what it printed, how it ended. */
import { glob, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Verdict } from '../verdict.ts';

export interface Artifacts {
  /** The folder's name: the guest's name, with a number when several guests of a run have the same. */
  readonly name: string;
  readonly dir: string;
  /** All that came out of ttyS0, written by QEMU itself. */
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

/** Writes vm.json: everything about the guest, for programs. */
export async function writeRecord(
  artifacts: Artifacts,
  record: Readonly<Record<string, unknown>>,
): Promise<void> {
  await writeFile(join(artifacts.dir, 'vm.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** How each guest of a run ended, by the records in the run's folder. */
export async function readRecords(runDir: string): Promise<{ name: string; verdict: Verdict }[]> {
  const records: { name: string; verdict: Verdict }[] = [];
  for await (const path of glob('*/vm.json', { cwd: runDir })) {
    records.push(
      JSON.parse(await readFile(join(runDir, path), 'utf8')) as { name: string; verdict: Verdict },
    );
  }
  return records;
}
