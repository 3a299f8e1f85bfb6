/**
 * A tenant's colour, made readable: from one `#rrggbb` to the few custom properties that
 * `views/assets/pages.css` paints buttons, links and focus rings with, for light and dark.
 */

/** What accents are painted on, darkest and lightest first; the same as in `pages.css`. */
export const SURFACES = {
  light: ['#ffffff', '#f3f4f7'],
  dark: ['#181b22', '#0f1116'],
} as const;

/** WCAG 2.2, 1.4.3: text. */
export const TEXT_CONTRAST = 4.5;
/** WCAG 2.2, 1.4.11: edges of controls. */
export const EDGE_CONTRAST = 3;
/** How far a colour moves towards black or white at a time. */
const STEP = 0.04;
const HOVER = 0.14;

const HEX = /^#([0-9a-f]{6})$/i;

type Rgb = readonly [number, number, number];

const BLACK: Rgb = [0, 0, 0];
const WHITE: Rgb = [255, 255, 255];
/** Text on light accents: softer than black, still 4.5:1 on whatever white is not. */
const INK: Rgb = [16, 18, 24];

/** `rrggbb` in lower case, or undefined when it is not a colour of that form. */
export function normalizeAccent(colour: string | undefined): string | undefined {
  return HEX.exec(colour ?? '')?.[1]?.toLowerCase();
}

/**
 * The stylesheet of an accent colour.
 *
 * Buttons keep the colour as it is and get text that reads on it; links, marks and focus rings
 * get the nearest shade with enough contrast on every surface, in light and in dark.
 *
 * @param accent - six hexadecimal digits, as `normalizeAccent` gives them
 */
export function accentStylesheet(accent: string): string {
  const colour = parse(accent);
  const light = `:root{${properties(colour, SURFACES.light, BLACK)}}`;
  const dark = `:root{${properties(colour, SURFACES.dark, WHITE)}}`;
  return `${light}\n@media (prefers-color-scheme:dark){${dark}}\n`;
}

/** The colour of text on an accent, as buttons have it: white, or dark where white is too faint. */
export function inkOn(accent: string): string {
  return hex(inkFor(parse(accent.slice(1))));
}

/**
 * Where an accent is too faint for lines and marks on the pages' surfaces, which then get the
 * nearest shade that is not: the surface, and the contrast on it.
 *
 * @param accent - `#rrggbb`
 */
export function faintOn(accent: string): { on: 'light' | 'dark'; contrast: number }[] {
  return (['light', 'dark'] as const).flatMap((on) => {
    const lowest = Math.min(...SURFACES[on].map((surface) => contrast(accent, surface)));
    return lowest < EDGE_CONTRAST ? [{ on, contrast: lowest }] : [];
  });
}

/** WCAG contrast ratio of two colours `#rrggbb`, 1 to 21. */
export function contrast(a: string, b: string): number {
  return ratio(parse(a.slice(1)), parse(b.slice(1)));
}

function properties(accent: Rgb, surfaces: readonly string[], away: Rgb): string {
  const onAccent = inkFor(accent);
  // Away from the text on it, so that hovering only adds contrast.
  const hover = mix(accent, onAccent === WHITE ? BLACK : WHITE, HOVER);
  const on = surfaces.map((surface) => parse(surface.slice(1)));
  return [
    `--accent:${hex(accent)}`,
    `--on-accent:${hex(onAccent)}`,
    `--accent-hover:${hex(hover)}`,
    `--accent-edge:${hex(reach(accent, on, away, EDGE_CONTRAST))}`,
    `--accent-text:${hex(reach(accent, on, away, TEXT_CONTRAST))}`,
  ].join(';');
}

function inkFor(accent: Rgb): Rgb {
  return ratio(accent, WHITE) >= TEXT_CONTRAST ? WHITE : betterInk(accent);
}

function betterInk(accent: Rgb): Rgb {
  const best = ratio(accent, INK) >= TEXT_CONTRAST ? INK : BLACK;
  return ratio(accent, best) >= ratio(accent, WHITE) ? best : WHITE;
}

/** The first shade on the way from `colour` to `away` with that contrast on every surface. */
function reach(colour: Rgb, surfaces: readonly Rgb[], away: Rgb, wanted: number): Rgb {
  for (let share = 0; share < 1; share += STEP) {
    const shade = mix(colour, away, share);
    if (surfaces.every((surface) => ratio(shade, surface) >= wanted)) return shade;
  }
  return away;
}

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const channel = (a: number, b: number) => Math.round(a + (b - a) * share);
  return [channel(from[0], to[0]), channel(from[1], to[1]), channel(from[2], to[2])];
}

/** WCAG 2.2, contrast ratio. */
function ratio(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** WCAG 2.2, relative luminance. */
function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(digits: string): Rgb {
  const value = Number.parseInt(digits, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function hex(colour: Rgb): string {
  return `#${colour.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}
