/**
 * The front of the harness: `node vm/main.ts COMMAND [OPTION]...`, behind `npm run vm:*` and `npm run kernel:*`.
 *
 * Turns an ending of any kind into one exit code: a verdict, Ctrl+C, an error of ours, or a bug.
 */
import { Cache } from './cache.ts';
import { type Command, commandHelp, overview } from './cli/command.ts';
import { parseOptions } from './cli/options.ts';
import { bench } from './commands/bench.ts';
import { boot } from './commands/boot.ts';
import { build } from './commands/build.ts';
import { clean } from './commands/clean.ts';
import { doctor } from './commands/doctor.ts';
import { fetch } from './commands/fetch.ts';
import { gdb } from './commands/gdb.ts';
import { kernelEdit } from './commands/kernel-edit.ts';
import { kernelExport } from './commands/kernel-export.ts';
import { repro } from './commands/repro.ts';
import { shell } from './commands/shell.ts';
import { report } from './commands/report.ts';
import { test } from './commands/test.ts';
import { HarnessError } from './errors.ts';
import { cacheRoot } from './paths.ts';
import { progressSink } from './terminal/progress.ts';
import { EXIT_CODES, EXIT_INTERRUPTED } from './verdict.ts';

const COMMANDS: readonly Command[] = [
  doctor,
  fetch,
  build,
  boot,
  shell,
  test,
  gdb,
  repro,
  report,
  clean,
  bench,
  kernelEdit,
  kernelExport,
];

/** One Ctrl+C may arrive twice, from the terminal and passed on by npm; a person needs longer than this, in ms. */
const ECHO_MS = 500;

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...args]: readonly string[]): Promise<number> {
  const command = COMMANDS.find((candidate) => candidate.name.replace(/^vm:/, '').replace(':', '-') === name);
  if (command === undefined) {
    process.stderr.write(`${overview(COMMANDS)}\n`);
    return EXIT_CODES.USAGE;
  }
  const interrupt = interruptSignal();
  try {
    const parsed = parseOptions(command.name, command.options, args, command.defaults);
    if (parsed.values.help) {
      process.stdout.write(`${commandHelp(command)}\n`);
      return EXIT_CODES.PASS;
    }
    const cache = await Cache.open(cacheRoot());
    const events = progressSink(process.stderr);
    const outcome = await command.run(parsed, { cache, events, signal: interrupt });
    if (interrupt.aborted) return EXIT_INTERRUPTED;
    return typeof outcome === 'number' ? outcome : EXIT_CODES[outcome];
  } catch (error) {
    if (interrupt.aborted) {
      process.stderr.write('interrupted: everything that was started has ended, nothing half-made is kept\n');
      return EXIT_INTERRUPTED;
    }
    if (error instanceof HarnessError) {
      process.stderr.write(`${error.report}\n`);
      return EXIT_CODES[error.verdict];
    }
    process.stderr.write(
      `a bug of the harness, please report it: ${(error as Error).stack ?? String(error)}\n`,
    );
    return EXIT_CODES.INFRA;
  }
}

/** Aborted by the first SIGINT, SIGTERM or SIGHUP; a second one, when that takes too long, ends the process at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let abortedAt = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (performance.now() - abortedAt > ECHO_MS) process.exit(EXIT_INTERRUPTED);
      if (controller.signal.aborted) return;
      abortedAt = performance.now();
      controller.abort(new DOMException(`interrupted by ${signal}`, 'AbortError'));
    });
  }
  return controller.signal;
}
