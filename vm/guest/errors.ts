/** How talking to a guest fails. */
import { HarnessError, type ErrorParts } from '../errors.ts';

/** The line to the agent ended, or cannot be trusted any more. Everything that was pending rejects with this. */
export class AgentLostError extends HarnessError {
  constructor(parts: Omit<ErrorParts, 'code'>) {
    super('LOST', { code: 'AGENT_LOST', ...parts });
  }
}

/** The guest refused a request: no such program, no such file, no space. A program's exit status is no such error. */
export class GuestError extends HarnessError {
  /** The errno's name in the guest, e.g. `ENOENT`. */
  readonly errno: string;

  constructor(tried: string, errno: string, message: string) {
    super('FAIL', { code: 'GUEST_ERROR', tried, found: `${errno}: ${message}` });
    this.errno = errno;
  }
}

/** Output that was waited for did not come, because the time was over or the process ended. */
export class OutputMissingError extends HarnessError {
  constructor(parts: Omit<ErrorParts, 'code'>) {
    super('FAIL', { code: 'OUTPUT_MISSING', ...parts });
  }
}

/** A program that `exec` ran did not end in time and was killed. */
export class ExecTimeoutError extends HarnessError {
  readonly stdout: string;
  readonly stderr: string;

  constructor(command: string, timeout: number, stdout: string, stderr: string) {
    super('FAIL', {
      code: 'EXEC_TIMEOUT',
      tried: `run ${command} in the guest`,
      found: `no end in ${timeout} ms; stdout so far: ${tail(stdout)}; stderr so far: ${tail(stderr)}`,
    });
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

function tail(text: string): string {
  return JSON.stringify(text.length > 400 ? `...${text.slice(-400)}` : text);
}
