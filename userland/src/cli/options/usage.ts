import { EXIT, SyncError } from '../../errors.ts';

/** The error of a command line that means nothing. */
export function usage(tried: string, found: string, hint = 'see dirsync --help'): SyncError {
  return new SyncError(EXIT.USAGE, 'USAGE', { tried, found, hint });
}
