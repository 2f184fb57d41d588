/** How the report writes figures and outcomes. */
import type { Verdict } from '../../verdict.ts';
import { markup, type Markup } from '../markup.ts';
import type { ending } from '../model.ts';

/** `83 ms`, `1.69 s`, `41.2 s`, `4 min 51 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `1 guest`, `2 guests`. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

export type Tone = 'good' | 'bad' | 'odd' | 'dim';

/** The colour of an ending: green, red for what is under test, amber for what cannot be judged. */
export function toneOf(how: ReturnType<typeof ending> | Verdict): Tone {
  if (how === 'PASS') return 'good';
  return how === 'INFRA' || how === 'USAGE' || how === 'INTERRUPTED' || how === 'NO END' ? 'odd' : 'bad';
}

/** Colour never stands alone: each tone has its sign, too. */
const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✗', odd: '!', dim: '–' };

/** A word in its colour, with its sign. */
export function badge(tone: Tone, word: string): Markup {
  return markup`<span class="badge ${tone}"><span aria-hidden="true">${SIGNS[tone]}</span> ${word}</span>`;
}

/** The sign alone, read out as `word`. */
export function sign(tone: Tone, word: string): Markup {
  return markup`<span class="sign ${tone}" role="img" aria-label="${word}">${SIGNS[tone]}</span>`;
}
