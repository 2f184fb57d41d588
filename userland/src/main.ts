/** The entry point: command line in, exit code out. */
import { setFlagsFromString } from 'node:v8';
import { byteArguments, readCmdline } from './cli/argv.ts';
import { readConfig } from './cli/config/read.ts';
import { helpText, USAGE_LINE } from './cli/help.ts';
import { parseCommand } from './cli/options/resolve.ts';
import { isOneTerminal, Output } from './cli/output.ts';
import { messageOf } from './cli/report.ts';
import { screenOf } from './cli/progress/choose.ts';
import { runSync } from './cli/run.ts';
import { isStandby, standBy } from './cli/standby.ts';
import { versionLines } from './cli/stats.ts';
import { EXIT, SyncError, type ExitCode } from './errors.ts';
import { probeMetadata } from './metadata/probe.ts';
import type { ByteString } from './native/addon.ts';
import { loadAddon } from './native/load.ts';

async function main(stdout: Output, stderr: Output, signal: AbortSignal): Promise<ExitCode> {
  if (!isStandby())
    return carryOut(byteArguments(process.argv.slice(2), readCmdline()), stdout, stderr, signal);
  const args = await standBy((rehearsed, output, enough) => carryOut(rehearsed, output, output, enough));
  return carryOut(args, stdout, stderr, signal);
}

async function carryOut(
  args: ByteString[],
  stdout: Output,
  stderr: Output,
  signal: AbortSignal,
): Promise<ExitCode> {
  const out = (line: string): void => stdout.line(line);
  const command = parseCommand(args);
  if (command.kind === 'usage') {
    out(USAGE_LINE);
    return EXIT.USAGE;
  }
  if (command.kind === 'help') out(helpText(command.all));
  else if (command.kind === 'version') for (const line of versionLines(probeMetadata(loadAddon()))) out(line);
  else {
    const isRoot = process.geteuid?.() === 0;
    const options = command.kind === 'config' ? await readConfig(command) : command;
    const screen = screenOf(stdout, stderr);
    return runSync(options, { addon: loadAddon(), stdout, stderr, screen, signal, isRoot });
  }
  return EXIT.OK;
}

function explain(error: unknown, stderr: Output): ExitCode {
  stderr.line(`dirsync: ${messageOf(error)}`);
  return error instanceof SyncError ? error.exitCode : EXIT.IO;
}

// A flood of events leaves much behind and little alive: without this the process keeps room for all of it (a million renames:
// 270 MiB resident instead of 100, of 12 MiB alive).
setFlagsFromString('--optimize-for-size');
const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
const stdout = new Output(1, () => stop.abort());
const stderr = isOneTerminal(1, 2) ? stdout : new Output(2, () => undefined);
// The packaged program is CommonJS, which knows no await out here.
void main(stdout, stderr, stop.signal)
  .catch((error: unknown) => explain(error, stderr))
  .then(end);

async function end(exitCode: ExitCode): Promise<never> {
  // Who wants the end gets it, even if nobody reads what was said last.
  const limitMs = stop.signal.aborted ? 500 : undefined;
  await stdout.close(limitMs);
  await stderr.close(limitMs);
  process.exit(exitCode);
}
