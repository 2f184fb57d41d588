/**
 * Snapshots: a guest as it was when its agent had answered and programs stood by, to go on from again and again.
 *
 * The guest's memory is a file that every guest of the snapshot maps copy-on-write, so that going on costs what the guest
 * touches and nothing else; what is left, the state of its devices (40 KB), goes through QEMU's migration
 * (`x-ignore-shared` leaves the memory out of it).
 */
import { readFile, watch, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Resume, Standby } from '../guest/standby.ts';
import { QmpError, type Qmp } from './qmp.ts';
import { quoteCommand } from './machine/quote.ts';
import type { Vm } from './vm.ts';

/** A program that stands by in a snapshot, to be started without waiting. */
export interface StandbyWish {
  /** Looked up in the guest's PATH; it has to know DIRSYNC_STANDBY, see guest/standby.ts. */
  readonly program: string;
  /**
   * How many processes of it. Who starts more of them in one guest waits for the rest as in any guest. Each costs 0.3 s
   * when the snapshot is made, and 20 MB of the guest's memory.
   */
  readonly count: number;
}

/** The wish of `--snapshot`: as many as a test file here starts in one guest. `hasSyncer`: whether the image has one. */
export function syncerStandbys(hasSyncer: boolean): StandbyWish {
  return { program: 'dirsync', count: hasSyncer ? 12 : 0 };
}

export interface Snapshot {
  /** Folder with the memory, the devices' state, and what the guest printed until then. */
  readonly dir: string;
  readonly resume: Resume;
}

const STATE = 'devices';
const FACTS = 'snapshot.json';

/** The file that holds the memory of the guests of a snapshot. */
export function memoryFile(dir: string): string {
  return join(dir, 'memory');
}

/**
 * Starts the programs that stand by, stops the guest and writes its state into `dir`, where its memory already is. The
 * guest must not go on afterwards: it would change the snapshot's memory.
 *
 * @throws QmpError when QEMU cannot save it
 */
export async function saveSnapshot(vm: Vm, { program, count }: StandbyWish, dir: string): Promise<void> {
  const standbys: Standby[] = [];
  while (standbys.length < count) standbys.push(await vm.standBy(program));
  await vm.qmp.execute('stop');
  const [part, state] = [join(dir, `${STATE}.part`), join(dir, STATE)];
  const written = untilThere(state);
  await migrate(vm.qmp, 'migrate', `cat > ${quoteCommand([part])} && ${quoteCommand(['mv', part, state])}`);
  // QEMU is done before the program behind its pipe is.
  await written;
  await writeFile(join(dir, FACTS), `${JSON.stringify(vm.resume(standbys))}\n`);
}

async function untilThere(path: string): Promise<void> {
  for await (const { filename } of watch(dirname(path))) if (filename === basename(path)) return;
}

export async function readSnapshot(dir: string): Promise<Snapshot> {
  return { dir, resume: JSON.parse(await readFile(join(dir, FACTS), 'utf8')) as Resume };
}

/** Has a QEMU that was started with `-incoming defer` go on from the snapshot. */
export async function restoreSnapshot(qmp: Qmp, { dir }: Snapshot): Promise<void> {
  await migrate(qmp, 'migrate-incoming', quoteCommand(['cat', join(dir, STATE)]));
  await qmp.execute('cont');
}

async function migrate(qmp: Qmp, command: 'migrate' | 'migrate-incoming', shell: string): Promise<void> {
  const capabilities = ['x-ignore-shared', 'events'].map((capability) => ({ capability, state: true }));
  await qmp.execute('migrate-set-capabilities', { capabilities });
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const forget = qmp.onEvent(({ event, data }) => {
    const { status } = data;
    if (event === 'MIGRATION' && (status === 'completed' || status === 'failed')) resolve(status);
  });
  await qmp.execute(command, { uri: `exec:${shell}` });
  const status = await promise;
  forget();
  if (status !== 'completed')
    throw new QmpError('QMP_REFUSED', `QMP ${command}`, `the migration ${String(status)}`);
}
