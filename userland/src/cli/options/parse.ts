/** From the arguments to the values of options: what is no option, or no value of one, is an error that says what is. */
import { parseArgs } from 'node:util';
import { quote, type SyncError } from '../../errors.ts';
import type { ByteString } from '../../native/addon.ts';
import { nearest } from '../suggest.ts';
import { isOptionName, OPTION_NAMES, specOf, type OptionName, type Values } from './table.ts';
import { usage } from './usage.ts';

/** One value of an option that may be repeated. */
export interface Repeated {
  readonly name: OptionName;
  readonly value: unknown;
}

export interface Given {
  readonly values: Values;
  /** All values of options that may be repeated, in the order in which they were given. */
  readonly repeated: readonly Repeated[];
  readonly positionals: readonly ByteString[];
  /** `--help=all`. */
  readonly helpAll: boolean;
}

const PARSED = Object.fromEntries(
  OPTION_NAMES.map((name) => {
    const { short, reader } = specOf(name);
    return [
      name,
      { type: reader === undefined ? 'boolean' : 'string', ...(short === undefined ? {} : { short }) },
    ] as const;
  }),
);

/** Throws a SyncError with exit code 1. */
export function parseArguments(argv: readonly ByteString[]): Given {
  // Strict would stop at the first mistake in words of its own.
  const { tokens } = parseArgs({
    args: [...argv],
    options: PARSED,
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const values: Record<string, unknown> = {};
  const repeated: Repeated[] = [];
  const positionals: ByteString[] = [];
  let helpAll = false;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    if (!isOptionName(token.name)) throw unknownOption(token.rawName);
    if (token.name === 'help' && token.value === 'all') helpAll = true;
    const value = readValue(token.name, token.rawName, helpAll ? undefined : token.value);
    if (specOf(token.name).repeat === true) repeated.push({ name: token.name, value });
    else values[token.name] = value;
  }
  return { values, repeated, positionals, helpAll };
}

/** The value that `text` stands for; `typed` is the option as it was written, for the message. */
export function readValue(name: OptionName, typed: string, given: string | undefined): unknown {
  const { reader, value } = specOf(name);
  if (reader === undefined) {
    if (given === undefined) return true;
    throw usage(`read ${typed}=${quote(given)}`, `${typed} takes no value`);
  }
  if (given === undefined) throw usage(`read ${typed}`, `a value is missing: ${typed} ${value ?? ''}`);
  const read = reader.read(given);
  if (read === null) throw usage(`read ${typed} ${quote(given)}`, `it takes ${reader.takes}`);
  return read;
}

function unknownOption(typed: string): SyncError {
  const long = typed.startsWith('--') ? nearest(typed.slice(2), OPTION_NAMES) : null;
  const hint = long === null ? undefined : `did you mean --${long}?`;
  return usage('read the command line', `there is no option ${quote(typed)}`, hint);
}
