/** What a configuration file has to be: options of the run, `[defaults]` of the pairs, and any number of `[[pair]]`. */
import type { ByteString } from '../../native/addon.ts';
import { displayName } from '../../native/names.ts';
import type { RootPaths } from '../../roots/roots.ts';
import type { Layer } from '../options/layers.ts';
import { display, readLayer, type LayerReader } from './layer.ts';
import type { Place, TomlTable, TomlValue } from './toml.ts';

export interface ConfiguredPair {
  readonly name: string;
  readonly roots: RootPaths;
  readonly layer: Layer;
}

export interface Document {
  readonly run: Layer;
  readonly defaults: Layer;
  readonly pairs: readonly ConfiguredPair[];
}

/** What is no option, but what every pair has. */
const PAIR_KEYS = ['name', 'source', 'destination'];

/** What is wrong goes to the complaints; the result is to be used only if there are none. */
export function readDocument(top: TomlTable, reader: LayerReader): Document {
  const run = readLayer(top, 'run', ['defaults', 'pair'], reader);
  const defaults = readDefaults(top.entries.get('defaults')?.value, reader);
  const names: Names = new Map();
  const pairs = pairTables(top, reader).flatMap((table) => readPair(table, names, reader) ?? []);
  return { run, defaults, pairs };
}

function readDefaults(value: TomlValue | undefined, reader: LayerReader): Layer {
  if (value?.kind === 'table') {
    for (const key of PAIR_KEYS) {
      const place = value.entries.get(key)?.place;
      if (place !== undefined)
        reader.complaints.add(place, `each pair has its own '${key}'; put it below [[pair]]`);
    }
    return readLayer(value, 'pair', PAIR_KEYS, reader);
  }
  if (value !== undefined)
    reader.complaints.add(value.place, `defaults = ${display(value)}: it is a table`, 'write [defaults]');
  return { values: {}, repeated: [] };
}

function pairTables(top: TomlTable, { complaints }: LayerReader): TomlTable[] {
  const entry = top.entries.get('pair');
  if (entry === undefined || (entry.value.kind === 'list' && entry.value.items.length === 0)) {
    complaints.add(
      entry?.place ?? top.place,
      'the file has no pair of directories',
      'begin one with [[pair]]',
    );
    return [];
  }
  if (entry.value.kind !== 'list') {
    complaints.add(
      entry.place,
      `'pair' is ${display(entry.value)}`,
      'write [[pair]], also if there is one only',
    );
    return [];
  }
  return entry.value.items.flatMap((item) => {
    if (item.kind === 'table') return item;
    complaints.add(item.place, `a pair is a table, and not ${display(item)}`, 'write [[pair]]');
    return [];
  });
}

/** The names that are taken, and where. */
type Names = Map<string, Place>;

function readPair(table: TomlTable, names: Names, reader: LayerReader): ConfiguredPair | null {
  const layer = readLayer(table, 'pair', PAIR_KEYS, reader);
  const source = readRoot(table, 'source', reader);
  const destination = readRoot(table, 'destination', reader);
  const name = readName(table, source, names, reader);
  if (name === null || source === null || destination === null) return null;
  return { name, roots: { source, destination }, layer };
}

function readRoot(table: TomlTable, side: 'source' | 'destination', reader: LayerReader): ByteString | null {
  const { complaints, readPath } = reader;
  const value = table.entries.get(side)?.value;
  if (value === undefined) {
    complaints.add(table.place, `the pair has no ${side}`, `add ${side} = "..." to it`);
    return null;
  }
  if (value.kind === 'string' && value.text !== '') return readPath(value);
  complaints.add(value.place, `${side} = ${display(value)}: it takes the path of a directory, in quotes`);
  return null;
}

/** It stands in brackets before each line. */
const NAME = /^[^\p{C}\p{Z}[\]](?:[^\p{C}\p{Zl}\p{Zp}[\]]{0,62}[^\p{C}\p{Z}[\]])?$/u;

function readName(
  table: TomlTable,
  source: ByteString | null,
  names: Names,
  { complaints }: LayerReader,
): string | null {
  const value = table.entries.get('name')?.value;
  if (value === undefined) {
    const last = displayName(/([^/]+)\/*$/.exec(source ?? '')?.[1] ?? '');
    complaints.add(
      table.place,
      'the pair has no name',
      `add name = "${NAME.test(last) ? last : '...'}" to it`,
    );
    return null;
  }
  if (value.kind === 'string' && NAME.test(value.text)) {
    const taken = names.get(value.text);
    if (taken !== undefined)
      complaints.add(value.place, `the pair in line ${taken.line} has the name ${display(value)}, too`);
    names.set(value.text, taken ?? value.place);
    return value.text;
  }
  const takes = 'a text of up to 64 characters, in quotes, without brackets and control characters';
  complaints.add(value.place, `name = ${display(value)}: it takes ${takes}`);
  return null;
}
