/** Measurements as plots: for each thing measured a row an arm, every value a dot, the median a line. */
import { markup, type Markup } from '../markup.ts';
import type { Bench, Run } from '../model.ts';
import { median } from '../statistics.ts';
import { percent } from './tests.ts';
import { count } from './words.ts';

/** Undefined when nothing was measured. */
export function benchSection({ benches }: Run): Markup | undefined {
  if (benches.length === 0) return undefined;
  const plots = Map.groupBy(benches, ({ name, unit }) => `${name}, ${unit}`);
  return markup`${[...plots].map(([title, measured]) => plot(title, measured))}`;
}

function plot(title: string, measured: readonly Bench[]): Markup {
  const end = scaleEnd(Math.max(...measured.map(({ value }) => value)));
  const unit = measured[0]?.unit ?? '';
  const arms = [...Map.groupBy(measured, ({ arm }) => arm)];
  return markup`<figure class="plot"><figcaption>${title}</figcaption>
${arms.map(([arm, values]) =>
  armRow(
    arm,
    values.map(({ value }) => value),
    end,
    unit,
  ),
)}<div class="arm axis" aria-hidden="true"><svg height="16" role="presentation">${[0, 0.5, 1].map((part) => markup`<text x="${percent(part)}" y="12" text-anchor="${part === 0 ? 'start' : part === 1 ? 'end' : 'middle'}">${figure(end * part)}</text>`)}</svg></div></figure>
`;
}

function armRow(arm: string, values: readonly number[], end: number, unit: string): Markup {
  const middle = median(values);
  const spread = `${figure(Math.min(...values))} to ${figure(Math.max(...values))}`;
  const words = `median ${figure(middle)} ${unit}, ${spread}, ${count(values.length, 'run')}`;
  return markup`<div class="arm"><span class="label">${arm}</span><span class="words">${words}</span>
<svg height="28" role="img" aria-label="${arm}: ${words}"><line class="base" x1="0" x2="100%" y1="14" y2="14"/>${values.map((value) => markup`<circle cx="${percent(value / end)}" cy="14" r="4"/>`)}<line class="median" x1="${percent(middle / end)}" x2="${percent(middle / end)}" y1="3" y2="25"/></svg></div>
`;
}

/** The scale starts at 0, so that lengths compare, and ends at a round figure at or above the largest value. */
function scaleEnd(largest: number): number {
  if (largest <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  return ([1, 1.5, 2, 2.5, 3, 4, 5, 6, 8].find((step) => step * power >= largest) ?? 10) * power;
}

/** Three digits say all that a measurement here can. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
