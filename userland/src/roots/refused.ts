/** Directories that are refused before anything is touched. */
import { EXIT, SyncError } from '../errors.ts';

export function refused(code: string, tried: string, found: string, hint?: string): SyncError {
  return new SyncError(EXIT.ROOTS, code, { tried, found, ...(hint === undefined ? {} : { hint }) });
}
