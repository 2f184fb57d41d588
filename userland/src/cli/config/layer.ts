/**
 * Options as one table of the file gives them: what is an option, and what a value of one, is said by the table of options
 * that the command line has, too.
 */
import { bytesOf, displayName } from '../../native/names.ts';
import type { Layer } from '../options/layers.ts';
import type { Repeated } from '../options/parse.ts';
import { isRule } from '../options/resolve.ts';
import { isOptionName, OPTION_NAMES, specOf, type OptionName, type Scope } from '../options/table.ts';
import { nearest } from '../suggest.ts';
import type { Complaints } from './complaints.ts';
import { readText, type PathReader } from './paths.ts';
import type { TomlEntry, TomlTable, TomlValue } from './toml.ts';

export interface LayerReader {
  readonly complaints: Complaints;
  readonly readPath: PathReader;
}

/** `others`: the keys of the table that are no options, which somebody else reads. */
export function readLayer(
  table: TomlTable,
  scope: Scope,
  others: readonly string[],
  reader: LayerReader,
): Layer {
  const values: Record<string, unknown> = {};
  const repeated: Repeated[] = [];
  for (const [key, entry] of table.entries) {
    if (others.includes(key)) continue;
    if (!isOptionName(key) || specOf(key).scope !== scope) {
      complainOf(key, entry, scope, others, reader.complaints);
      continue;
    }
    const read = readOption(key, entry.value, reader);
    if (specOf(key).repeat === true) repeated.push(...read.map((value) => ({ name: key, value })));
    else values[key] = read[0];
    const against = contradicted(key, values);
    if (against !== undefined)
      reader.complaints.add(
        entry.place,
        `'${against}' and '${key}' contradict each other`,
        'give one of them',
      );
  }
  return { values, repeated: repeated.toSorted((a, b) => rank(a.name) - rank(b.name)) };
}

/** The option that cannot be true beside this one: each of the two takes the place of the other, if it is nearer. */
function contradicted(key: OptionName, values: Readonly<Record<string, unknown>>): string | undefined {
  if (values[key] !== true) return undefined;
  return specOf(key).replaces?.find(
    (other) =>
      values[other] === true && isOptionName(other) && specOf(other).replaces?.includes(key) === true,
  );
}

/**
 * TOML knows no order of keys, and of rules the first match decides: exceptions come before what they are exceptions of.
 * Who wants another order writes one list, with `+ ` and `- ` before the patterns.
 */
const RANKS: readonly OptionName[] = ['include', 'exclude', 'exclude-from'];

function rank(name: OptionName): number {
  return RANKS.indexOf(name);
}

/** All values, read; nothing for what was complained of. */
function readOption(name: OptionName, value: TomlValue, reader: LayerReader): unknown[] {
  const { complaints } = reader;
  if (specOf(name).repeat === true && value.kind === 'list')
    return value.items.flatMap((one) => readOne(name, one, reader));
  if (value.kind === 'list') {
    complaints.add(value.place, `'${name}' takes one value, and not a list`);
    return [];
  }
  return readOne(name, value, reader);
}

function readOne(name: OptionName, value: TomlValue, reader: LayerReader): unknown[] {
  const { complaints, readPath } = reader;
  const spec = specOf(name);
  const wrong = (takes: string): unknown[] => {
    complaints.add(value.place, `${name} = ${display(value)}: it takes ${takes}`);
    return [];
  };
  if (spec.reader === undefined) return value.kind === 'boolean' ? [value.on] : wrong('true or false');
  const { takes, read, quoted } = spec.reader;
  if (quoted !== undefined) {
    if (value.kind !== 'string') return wrong(`${takes}, in quotes`);
    const text = quoted === 'path' ? readPath(value) : readText(value, complaints);
    if (text === null) return [];
    if (isRule(name) && text === '!') {
      complaints.add(
        value.place,
        "'!' forgets nothing here, for the rules of a pair come before those of [defaults]",
        'leave it out',
      );
      return [];
    }
    return text === '' ? wrong(takes) : [read(text)];
  }
  if (value.kind !== 'string' && value.kind !== 'number') return wrong(takes);
  const result = read(value.text);
  return result === null ? wrong(takes) : [result];
}

function complainOf(
  key: string,
  { place }: TomlEntry,
  scope: Scope,
  others: readonly string[],
  complaints: Complaints,
): void {
  const found = `'${shown(key)}'`;
  if (!isOptionName(key)) {
    const known = [...others, ...OPTION_NAMES.filter((name) => specOf(name).scope === scope)];
    const meant = nearest(key, known) ?? nearest(key, OPTION_NAMES);
    complaints.add(
      place,
      `there is no option ${found}`,
      meant === null ? undefined : `did you mean '${meant}'?`,
    );
    return;
  }
  complaints.add(place, `${found} ${WHERE[specOf(key).scope]}`);
}

/** Where an option has its place, if not here. */
const WHERE: { readonly [S in Scope]: string } = {
  command: 'is for the command line only',
  run: 'concerns the whole run; put it at the top of the file, above the first [table]',
  pair: 'concerns pairs; put it below [defaults], or below the [[pair]] that it is for',
};

/** A value as it could stand in the file, in short. */
export function display(value: TomlValue): string {
  switch (value.kind) {
    case 'string':
      return `"${shown(value.text)}"`;
    case 'boolean':
      return String(value.on);
    case 'list':
      return 'a list';
    case 'table':
      return 'a table';
    default:
      return value.text;
  }
}

function shown(text: string): string {
  return displayName(bytesOf(text));
}
