/**
 * What can still be learnt of a guest that hangs or has panicked, before QEMU is ended: its processors' registers, its
 * backtraces, and on demand its memory.
 *
 * The agent is dead by then. Backtraces are asked for by a break on ttyS0 (CONFIG_MAGIC_SYSRQ_SERIAL), which an interrupt
 * carries out; a guest that answers no interrupts gets an NMI, at which it panics (kernel.panic_on_unrecovered_nmi) and so tells
 * where it was. Each step may fail, and the others are still made.
 */
import { writeFile } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import { join } from 'node:path';
import type { ConsoleLog } from '../../console/log.ts';
import type { Qmp } from '../qmp.ts';

export interface Examined {
  readonly qmp: Promise<Qmp>;
  readonly console: Readable;
  readonly consoleInput: Writable;
  readonly log: ConsoleLog;
  /** The guest's folder of artifacts. */
  readonly dir: string;
  /** Whether to save the guest's memory, too: up to as many bytes as it has. */
  readonly dump: boolean;
}

/** Names of the files, in the guest's folder of artifacts. */
export const EXAMINATION = {
  registers: 'registers.txt',
  backtraces: 'backtraces.txt',
  memory: 'memory.kdump',
} as const;

/**
 * Keys of Documentation/admin-guide/sysrq.rst, each with a line that shows that it was carried out: backtraces of the
 * processors, blocked tasks, held locks.
 */
const KEYS = [
  { key: 'l', shows: /sysrq: Show backtrace of all active CPUs/ },
  { key: 'w', shows: /sysrq: Show Blocked State/ },
  // Kernels without lockdep answer with the list of the keys that they know.
  { key: 'd', shows: /sysrq: (?:Show Locks Held|HELP )/ },
] as const;

/** An idle guest answers each within 0.05 s; one that takes longer than this, in ms, answers no interrupts. */
const ANSWER_MS = 2000;
/** And tells it within this: hundreds of lines, at 1 ms each. */
const LONGEST_ANSWER_MS = 1000;
/** A guest that has no more to say to a key; it is in the midst of printing if the pause between two chunks is shorter. */
const SILENCE_MS = 200;
/** From the NMI to the end of the panic's report. */
const NMI_MS = 2000;
/** Writing 1 GiB takes seconds, on a slow disk many. */
const DUMP_MS = 120_000;
const REGISTERS_MS = 2000;

/** How long an examination may take at most, in ms. */
export function examinationLimit(dump: boolean): number {
  return REGISTERS_MS + KEYS.length * (ANSWER_MS + LONGEST_ANSWER_MS) + NMI_MS + (dump ? DUMP_MS : 0);
}

/**
 * Examines a guest that is over, or panicked and does nothing any more (`dead`), or one that hangs.
 *
 * @returns the names of the files that were written
 */
export async function examine(guest: Examined, state: 'dead' | 'hanging'): Promise<string[]> {
  const files: string[] = [];
  const attempt = async (name: string, ms: number, work: () => Promise<void>): Promise<void> => {
    try {
      await within(ms, work());
      files.push(name);
    } catch {
      // QEMU is gone or stuck itself: there is nothing more to learn from it here, and its end is observed elsewhere.
    }
  };
  const { registers, backtraces, memory } = EXAMINATION;
  await attempt(registers, REGISTERS_MS, () => saveRegisters(guest));
  if (guest.dump) await attempt(memory, DUMP_MS, () => saveMemory(guest));
  if (state === 'hanging') {
    await attempt(backtraces, examinationLimit(false), () => saveBacktraces(guest));
  }
  return files;
}

async function saveRegisters({ qmp, dir }: Examined): Promise<void> {
  const command = { 'command-line': 'info registers -a' };
  const text = String(await (await qmp).execute('human-monitor-command', command));
  await writeFile(join(dir, EXAMINATION.registers), text.replaceAll('\r', ''));
}

/** For `crash vmlinux memory.kdump`: compressed, in makedumpfile's flattened form. */
async function saveMemory({ qmp, dir }: Examined): Promise<void> {
  const protocol = `file:${join(dir, EXAMINATION.memory)}`;
  await (await qmp).execute('dump-guest-memory', { paging: false, protocol, format: 'kdump-zlib' });
}

async function saveBacktraces(guest: Examined): Promise<void> {
  const { qmp, consoleInput, log, dir } = guest;
  const before = log.lineCount;
  const monitor = await qmp;
  let answers = true;
  for (const { key, shows } of KEYS) {
    const shown = lineAfter(guest, log.lineCount, shows, ANSWER_MS);
    await monitor.execute('chardev-send-break', { id: 'console' });
    consoleInput.write(key);
    answers = await shown;
    if (!answers) break;
    await silence(guest.console);
  }
  if (!answers) {
    const panicked = lineAfter(guest, log.lineCount, /Kernel panic - not syncing: NMI[^]*/, NMI_MS);
    await monitor.execute('inject-nmi');
    if (await panicked) await guestGone(guest.console);
  }
  const lines = log.tail(log.lineCount - before);
  await writeFile(join(dir, EXAMINATION.backtraces), lines.map((line) => `${line}\n`).join(''));
}

/** Whether a line that matches `pattern` comes behind line `from` within `ms`. */
async function lineAfter(
  { console, log }: Examined,
  from: number,
  pattern: RegExp,
  ms: number,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), ms);
  const look = (): void => {
    if (log.tail(log.lineCount - from).some((line) => pattern.test(line))) resolve(true);
  };
  console.on('data', look);
  console.once('close', () => resolve(false));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    console.off('data', look);
  }
}

/**
 * Resolves when the console has been silent for `SILENCE_MS`. A break that comes while the driver prints is lost: its
 * polling for room in the transmitter takes the break's mark off the line's status.
 */
async function silence(console: Readable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => resolve(), SILENCE_MS);
  const restart = (): void => void timer.refresh();
  console.on('data', restart);
  await promise;
  console.off('data', restart);
}

/** After a panic the guest ends QEMU by itself, when it has printed all. */
async function guestGone(console: Readable): Promise<void> {
  if (console.closed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  console.once('close', () => resolve());
  await within(NMI_MS, promise).catch(() => undefined);
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms);
  // What comes after the time is up is of no interest.
  work.catch(() => undefined);
  try {
    await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
