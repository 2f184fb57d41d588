import { parseHTML } from 'linkedom';
import t from 'tap';
import { ARMS } from '../../../../../vm/bench/metadata/arms.ts';
import { svgFile } from '../../../../../vm/bench/metadata/figure.ts';
import { figuresOf } from '../../../../../vm/bench/metadata/plots.ts';
import { RESULTS } from './fixture.ts';

/** The words of each picture, by its name. */
const words = new Map(
  figuresOf(RESULTS.measured).map((figure) => {
    const { document } = parseHTML(svgFile(figure));
    return [figure.name, [...document.querySelectorAll('text')].map(({ textContent }) => textContent ?? '')];
  }),
);

void t.test('what each arm costs: a row an arm, its figure, the unit', async (t) => {
  const seen = words.get('metadata-cost') ?? [];
  t.strictSame(
    ARMS.map(({ label }) => label).filter((label) => !seen.includes(label)),
    [],
    'no arm is left out',
  );
  t.ok(seen.includes('1,000') && seen.includes('3,500'), 'figures');
  t.match(seen.join('\n'), /instructions a file/);
});

void t.test('costs by size: a panel a file system, a line an arm', async (t) => {
  const seen = words.get('metadata-size') ?? [];
  for (const word of ['tmpfs', 'ext4', 'best C join', 'dirsync_diff', 'dirsync_list', '10', '10,000']) {
    t.ok(seen.includes(word), word);
  }
});

void t.test('ratios by the share of changed files, beside what was aimed at', async (t) => {
  const seen = words.get('metadata-changed') ?? [];
  for (const word of ['0 %', '1 %', '10 %', '100 %', '3.50x', 'tmpfs', 'ext4', 'aim, nothing changed']) {
    t.ok(seen.includes(word), word);
  }
});

void t.test('a picture is a file of its own, with a title, for light and for dark pages', async (t) => {
  for (const figure of figuresOf(RESULTS.measured)) {
    const svg = svgFile(figure);
    t.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 900 \d+"/, figure.name);
    t.match(svg, /prefers-color-scheme: dark/);
    t.equal(words.get(figure.name)?.[0], figure.title);
    t.notMatch(svg, /NaN|undefined/, 'everything has its place');
    t.equal(svgFile(figure), svg, 'the same measurements give the same bytes');
  }
});

void t.test('too little to draw is drawn as what it is', async (t) => {
  const few = RESULTS.measured.filter(({ entries }) => entries === 10_000);
  t.strictSame(
    figuresOf(few).map(({ name }) => name),
    ['metadata-cost', 'metadata-changed'],
    'one size is no line',
  );
  t.strictSame(figuresOf([]), []);
});

void t.test('colours are told without variables, which not every viewer knows', async (t) => {
  for (const figure of figuresOf(RESULTS.measured)) t.notMatch(svgFile(figure), /var\(/, figure.name);
});
