/** A plot as an SVG file of its own: with a title, a line that says what is shown, and colours for light and dark pages. */
import { type PlotOptions, plot } from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import { markup, type Markup } from '../../results/markup.ts';

export interface Figure {
  readonly title: string;
  /** What was measured, in one line each. */
  readonly notes: readonly string[];
  readonly options: PlotOptions & { readonly height: number };
}

/** The width at which text is as large as a page's own. */
const WIDTH = 900;

const LINE = 19;

/** For light pages and dark ones. */
interface Shade {
  readonly light: string;
  readonly dark: string;
}

const SHADES = {
  ground: { light: '#ffffff', dark: '#0d1117' },
  ink: { light: '#1f2328', dark: '#e6edf3' },
  faint: { light: '#59636e', dark: '#9198a1' },
  ours: { light: '#0550ae', dark: '#6cb6ff' },
  theirs: { light: '#b35900', dark: '#f69d50' },
  floor: { light: '#6e7781', dark: '#9198a1' },
} as const satisfies Record<string, Shade>;

/** Colours that marks refer to; told apart by people who see no red or no green, too. */
export const COLOURS = {
  ours: SHADES.ours.light,
  theirs: SHADES.theirs.light,
  floor: SHADES.floor.light,
} as const;

// Colours stand as such in attributes, and a dark page's rules name those: viewers that know no more of CSS show the light
// ones. Pages show pictures on grounds of their own, so it brings its own.
const DARK = Object.values(SHADES)
  .flatMap(({ light, dark }) =>
    ['fill', 'stroke'].map((what) => `  [${what}="${light}"] { ${what}: ${dark}; }`),
  )
  .join('\n');

const STYLE = `
svg { color: ${SHADES.ink.light}; font-family: system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; }
text { white-space: pre; }
.title { font-size: 17px; font-weight: 600; }
.note { font-size: 13px; }
@media (prefers-color-scheme: dark) {
  svg { color: ${SHADES.ink.dark}; }
${DARK}
}
`;

/** The file's text. The same figure gives the same bytes. */
export function svgFile({ title, notes, options }: Figure): string {
  const top = 34 + LINE * notes.length;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const style = { fontSize: '13px', background: 'none' };
  const drawn = plot({ document, width: WIDTH, style, ...options });
  // Those of the library are for pages, where a picture is a block.
  for (const own of drawn.querySelectorAll('style')) own.remove();
  drawn.removeAttribute('style');
  drawn.setAttribute('y', String(top));
  drawn.setAttribute('font-size', '13');
  const height = top + options.height + 12;
  const head: Markup = markup`<rect width="${WIDTH}" height="${height}" fill="${SHADES.ground.light}"/>
<text class="title" fill="${SHADES.ink.light}" x="16" y="27">${title}</text>
${notes.map((note, index) => markup`<text class="note" fill="${SHADES.faint.light}" x="16" y="${27 + LINE * (index + 1)}">${note}</text>\n`)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<style>${STYLE}</style>
${String(head)}${drawn.outerHTML}
</svg>
`;
}
