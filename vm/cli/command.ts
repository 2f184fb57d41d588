/** What a command of the harness is, and how its help reads. */
import type { Context } from '../context.ts';
import { EXIT_CODES, EXIT_INTERRUPTED, VERDICT_MEANINGS, VERDICTS, type Verdict } from '../verdict.ts';
import { type OptionName, optionLines, type OptionValues, type ParsedArguments } from './options.ts';

export interface Command {
  /** As `npm run` knows it, e.g. `vm:test`. */
  readonly name: string;
  /** What stands behind the options in the usage line, e.g. `[-- COMMAND...]`. */
  readonly operands?: string;
  readonly summary: string;
  readonly options: readonly OptionName[];
  /** Where this command has other defaults than the rest. */
  readonly defaults?: OptionValues;
  /** A verdict, or (where a guest's program decides) an exit code as it is. */
  run(args: ParsedArguments, context: Context): Promise<Verdict | number>;
}

/** The text of `npm run NAME -- --help`. */
export function commandHelp(command: Command): string {
  const options =
    command.options.length === 0 ? [] : ['', 'Options:', ...optionLines(command.options, command.defaults)];
  return [
    `Usage: npm run ${command.name} -- [OPTION]... ${command.operands ?? ''}`.trimEnd(),
    command.summary,
    ...options,
    '',
    ...exitCodeLines(),
  ].join('\n');
}

/** The list of all commands, printed where none or an unknown one was given. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    'Usage: npm run COMMAND [-- OPTION...]',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    ...exitCodeLines(),
  ].join('\n');
}

function exitCodeLines(): string[] {
  const rows = VERDICTS.map(
    (verdict) => [EXIT_CODES[verdict], `${verdict}: ${VERDICT_MEANINGS[verdict]}`] as const,
  );
  const sorted = rows.toSorted(([a], [b]) => a - b);
  const lines = [...sorted, [EXIT_INTERRUPTED, 'interrupted (Ctrl+C)'] as const];
  return ['Exit codes:', ...lines.map(([code, text]) => `  ${String(code).padStart(3)}  ${text}`)];
}
