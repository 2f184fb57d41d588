/** Options from several places, the nearer ones before the farther ones: the command line, a pair, the defaults, the run. */
import { specOf, isOptionName, type Values } from './table.ts';
import type { Repeated } from './parse.ts';

/** The options of one place. A flag may be false here, which takes it back. */
export interface Layer {
  readonly values: Readonly<Record<string, unknown>>;
  readonly repeated: readonly Repeated[];
}

/**
 * What all of them mean together, given from near to far: of each option the nearest value counts. Of those that may be
 * repeated all do, the nearer ones first: they are rules, and the first one that matches decides.
 */
export function joinLayers(...layers: readonly Layer[]): {
  readonly values: Values;
  readonly repeated: readonly Repeated[];
} {
  let values: Readonly<Record<string, unknown>> = {};
  for (const layer of layers.toReversed()) values = { ...without(values, layer), ...layer.values };
  const given = Object.entries(values).filter(([, value]) => value !== false);
  return {
    values: Object.fromEntries(given),
    repeated: layers.flatMap(({ repeated }) => repeated),
  };
}

/** Farther values without those that a nearer option speaks against: with `--verbose`, a `quiet` of the file is nothing. */
function without(values: Layer['values'], nearer: Layer): Layer['values'] {
  const replaced = Object.entries(nearer.values).flatMap(([name, value]): readonly string[] =>
    value !== false && isOptionName(name) ? (specOf(name).replaces ?? []) : [],
  );
  const gone = new Set(replaced);
  return Object.fromEntries(Object.entries(values).filter(([name]) => !gone.has(name)));
}
