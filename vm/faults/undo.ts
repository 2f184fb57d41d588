/** Faults end with their scope; a guest that has ended by then needs no repair. */
import { HarnessError } from '../errors.ts';

/** What QEMU and the agent answer when they are gone. */
const GONE: ReadonlySet<string> = new Set(['QMP_CLOSED', 'AGENT_LOST']);

/** Waits for `work`, unless the guest ended well, or by `crash()`, before it. A bad end is an error as ever. */
export async function undo(work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof HarnessError && GONE.has(error.code))) throw error;
  }
}
