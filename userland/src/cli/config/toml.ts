/**
 * TOML as a tree in which each key and each value knows its place.
 *
 * The parser is needed with --config only: this file is imported when a run has one, and has nothing in it that others
 * need, so that the bundle can leave all of it alone until then.
 */
import { ParseError, parseTOML, type AST } from 'toml-eslint-parser';

/** Where something stands in the file; both count from 1, the columns in characters of JavaScript. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface TomlTable {
  readonly kind: 'table';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, TomlEntry>;
}

export interface TomlEntry {
  /** Of the key. */
  readonly place: Place;
  readonly value: TomlValue;
}

export type TomlValue =
  | TomlTable
  | { readonly kind: 'list'; readonly place: Place; readonly items: readonly TomlValue[] }
  | { readonly kind: 'string' | 'number' | 'date'; readonly place: Place; readonly text: string }
  | { readonly kind: 'boolean'; readonly place: Place; readonly on: boolean };

/** Why a text is no TOML. */
export class TomlError extends Error {
  override readonly name = 'TomlError';
  readonly place: Place;

  constructor(found: string, place: Place) {
    super(found);
    this.place = place;
  }
}

interface GrowingTable extends TomlTable {
  readonly entries: Map<string, TomlEntry>;
}

/** Throws a TomlError. */
export function readToml(text: string): TomlTable {
  const top: GrowingTable = { kind: 'table', place: { line: 1, column: 1 }, entries: new Map() };
  for (const node of parse(text).body[0].body) {
    if (node.type === 'TOMLKeyValue') add(top, node);
    else {
      const table = headed(top, node);
      for (const pair of node.body) add(table, pair);
    }
  }
  return top;
}

function parse(text: string): AST.TOMLProgram {
  try {
    return parseTOML(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new TomlError(error.message, { line: error.lineNumber, column: error.column + 1 });
  }
}

/** The table that a header like `[a.b]` or `[[a]]` begins. Its key was resolved: `[[a]]` is `['a', 0]` at first. */
function headed(top: GrowingTable, node: AST.TOMLTable): GrowingTable {
  const { resolvedKey } = node;
  const place = placeOf(node);
  let table = top;
  resolvedKey.forEach((name, at) => {
    if (typeof name === 'number') return;
    const index = resolvedKey[at + 1];
    table = typeof index === 'number' ? item(table, name, index, place) : inner(table, name, place);
  });
  return table;
}

/** The table of that name; the parser has made sure that it is none of something else. */
function inner(table: GrowingTable, name: string, place: Place): GrowingTable {
  const found = table.entries.get(name)?.value;
  if (found?.kind === 'table') return found as GrowingTable;
  const value: GrowingTable = { kind: 'table', place, entries: new Map() };
  table.entries.set(name, { place, value });
  return value;
}

function item(table: GrowingTable, name: string, index: number, place: Place): GrowingTable {
  const list = table.entries.get(name)?.value;
  const items = list?.kind === 'list' ? (list.items as TomlValue[]) : [];
  if (list === undefined) table.entries.set(name, { place, value: { kind: 'list', place, items } });
  const found = items[index];
  if (found?.kind === 'table') return found as GrowingTable;
  const value: GrowingTable = { kind: 'table', place, entries: new Map() };
  items.push(value);
  return value;
}

function add(table: GrowingTable, { key, value }: AST.TOMLKeyValue): void {
  let owner = table;
  key.keys.forEach((part, at) => {
    const name = part.type === 'TOMLBare' ? part.name : part.value;
    if (at < key.keys.length - 1) owner = inner(owner, name, placeOf(part));
    else owner.entries.set(name, { place: placeOf(part), value: valueOf(value) });
  });
}

function valueOf(node: AST.TOMLContentNode): TomlValue {
  const place = placeOf(node);
  if (node.type === 'TOMLArray') return { kind: 'list', place, items: node.elements.map(valueOf) };
  if (node.type === 'TOMLInlineTable') {
    const table: GrowingTable = { kind: 'table', place, entries: new Map() };
    for (const pair of node.body) add(table, pair);
    return table;
  }
  switch (node.kind) {
    case 'string':
      return { kind: 'string', place, text: node.value };
    case 'boolean':
      return { kind: 'boolean', place, on: node.value };
    case 'integer':
      return { kind: 'number', place, text: String(node.bigint) };
    case 'float':
      return { kind: 'number', place, text: node.number };
    default:
      return { kind: 'date', place, text: node.datetime };
  }
}

function placeOf({ loc }: { readonly loc: AST.SourceLocation }): Place {
  return { line: loc.start.line, column: loc.start.column + 1 };
}
