/** Every kind of thing that happens to trees, by the name under which it can be left out. */
import { ATTRIBUTES } from './attributes.ts';
import { DIRECTORIES } from './directories.ts';
import { FILES } from './files.ts';
import { LINKS } from './links.ts';
import { MOVES } from './moves.ts';
import type { Scenario } from './scenario.ts';

const ALL = { ...FILES, ...ATTRIBUTES, ...DIRECTORIES, ...MOVES, ...LINKS };

export type Kind = keyof typeof ALL;

export const SCENARIOS: Readonly<Record<Kind, Scenario>> = ALL;

export const KINDS = Object.keys(ALL) as Kind[];
