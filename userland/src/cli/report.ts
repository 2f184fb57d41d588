/** Where what a run tells goes: lines or JSON on stdout, complaints on stderr, and everything to the log file. */
import { openSync } from 'node:fs';
import { describeError, quote, SyncError, type ExitCode } from '../errors.ts';
import type { MetadataSource } from '../metadata/source.ts';
import type { ByteString } from '../native/addon.ts';
import type { SyncSink, Totals } from '../report.ts';
import { VERSION } from '../version.ts';
import { consoleSink } from './console-sink.ts';
import { jsonSink, jsonWriter, named } from './json/sink.ts';
import type { PairOptions, RunOptions } from './options/resolve.ts';
import { usage } from './options/usage.ts';
import { Output } from './output.ts';
import type { Snapshot } from './progress/periodic.ts';
import { totalsLines } from './stats.ts';

export interface Outputs {
  readonly stdout: Pick<Output, 'line'>;
  readonly stderr: Pick<Output, 'line'>;
}

export class Report {
  readonly #run: RunOptions;
  readonly #outputs: Outputs;
  readonly #log: Output | null;

  /** Throws a SyncError when the log file cannot be opened. */
  constructor(run: RunOptions, outputs: Outputs) {
    this.#run = run;
    this.#outputs = outputs;
    this.#log = run.logFile === null ? null : openLog(run.logFile, outputs.stderr);
  }

  /** A line for people, which concerns the whole program. */
  line(text: string): void {
    if (!this.#run.json) this.#outputs.stdout.line(text);
    this.log(text);
  }

  /** A line on stderr. */
  warn(text: string): void {
    this.#outputs.stderr.line(`dirsync: ${text}`);
    this.log(`dirsync: ${text}`);
  }

  log(text: string): void {
    this.#log?.line(`${new Date().toISOString()} ${text}`);
  }

  /** How far all pairs are, as JSON. */
  progress(snapshot: Snapshot): void {
    this.#json(null)({ event: 'progress', ...snapshot });
  }

  /** The last word: `error` is told on stderr by others. */
  end(code: ExitCode, error: unknown): void {
    if (error !== null) this.log(`dirsync: ${messageOf(error)}`);
    this.log(`Exit: ${code}`);
    if (this.#run.json) this.#json(null)({ event: 'end', exitCode: code, ...errorFields(error) });
  }

  pair(options: PairOptions): PairReport {
    return new PairReport(this, this.#run, options, this.#outputs, this.#json(options.name));
  }

  async close(): Promise<void> {
    await this.#log?.close();
  }

  #json(pair: string | null): ReturnType<typeof jsonWriter> {
    return jsonWriter(pair, (line) => this.#outputs.stdout.line(line));
  }
}

export class PairReport {
  readonly sink: SyncSink;
  readonly #report: Report;
  readonly #run: RunOptions;
  readonly #options: PairOptions;
  readonly #outputs: Outputs;
  readonly #json: ReturnType<typeof jsonWriter>;
  readonly #prefix: string;

  constructor(
    report: Report,
    run: RunOptions,
    options: PairOptions,
    outputs: Outputs,
    json: ReturnType<typeof jsonWriter>,
  ) {
    this.#report = report;
    this.#run = run;
    this.#options = options;
    this.#outputs = outputs;
    this.#json = json;
    this.#prefix = options.name === null ? '' : `[${options.name}] `;
    this.sink = tee(this.#sinks());
  }

  /** A line for people; not with `--quiet`. */
  line(text: string): void {
    if (!this.#run.json && this.#run.verbosity !== 'quiet') this.#outputs.stdout.line(this.#prefix + text);
    this.#report.log(this.#prefix + text);
  }

  start(metadata: MetadataSource): void {
    if (!this.#run.json) return;
    const { once, dryRun } = this.#run;
    const { source, destination } = this.#options.roots;
    const roots = { ...named('source', source), ...named('destination', destination) };
    this.#json({ event: 'start', version: VERSION, ...roots, dryRun, once, metadata: metadata.kind });
  }

  stats(totals: Readonly<Totals>): void {
    if (this.#run.json) this.#json({ event: 'stats', ...totals });
    if (this.#run.stats) for (const line of totalsLines(totals)) this.#report.line(this.#prefix + line);
  }

  /** Says how a pair that has a name ended; of the only one the whole program says it. */
  end(code: ExitCode, error: unknown): void {
    if (this.#options.name === null) return;
    if (this.#run.json) this.#json({ event: 'end', exitCode: code, ...errorFields(error) });
    if (error === null) return;
    const line = `dirsync: ${this.#prefix}${messageOf(error)}`;
    this.#outputs.stderr.line(line);
    this.#report.log(line);
  }

  #sinks(): SyncSink[] {
    const { verbosity, itemize, json, logFile } = this.#run;
    const { roots, name, backupDir } = this.#options;
    const common = { roots, backupDir, ...(name === null ? {} : { pair: name }), itemize };
    const err = (line: string): void => this.#outputs.stderr.line(line);
    const out = json ? (): void => undefined : (line: string): void => this.#outputs.stdout.line(line);
    const log = (line: string): void => this.#report.log(line);
    return [
      consoleSink({ ...common, verbosity, out, err }),
      ...(json ? [jsonSink(this.#json)] : []),
      ...(logFile === null ? [] : [consoleSink({ ...common, verbosity: 'verbose', out: log, err: log })]),
    ];
  }
}

function tee(sinks: readonly SyncSink[]): SyncSink {
  return {
    emit: (event) => {
      for (const sink of sinks) sink.emit(event);
    },
  };
}

/** What is no SyncError is a bug, and its stack helps to find it. */
export function messageOf(error: unknown): string {
  if (error instanceof SyncError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function errorFields(error: unknown): { readonly code?: string; readonly message?: string } {
  if (error === null) return {};
  return { ...(error instanceof SyncError ? { code: error.code } : {}), message: messageOf(error) };
}

function openLog(path: ByteString, stderr: Pick<Output, 'line'>): Output {
  try {
    const fd = openSync(Buffer.from(path, 'latin1'), 'a', 0o600);
    return new Output(fd, () => stderr.line(`dirsync: write ${quote(path)}: it cannot be written any more`));
  } catch (error) {
    throw usage(`open --log-file ${quote(path)}`, describeError(error), 'name a file that can be written');
  }
}
