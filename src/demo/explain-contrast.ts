import {
  contrast,
  EDGE_CONTRAST,
  faintOn,
  inkOn,
  SURFACES,
  TEXT_CONTRAST,
} from '../http/accent-colour.ts';

/** How well one thing reads in a colour. */
export interface ContrastRow {
  readonly what: string;
  /** A ratio, 1 to 21. */
  readonly figure: string;
  readonly meaning: string;
}

/**
 * A warning of a colour that is too faint for lines and marks, as `seed plan` has it; undefined
 * when there is nothing to warn of.
 *
 * @param accent - `#rrggbb`
 */
export function contrastWarning(accent: string): string | undefined {
  const pages = faintOn(accent).map(({ on }) => `${on} pages`);
  return pages.length === 0 ? undefined : `${accent} is too faint on ${pages.join(' and ')}.`;
}

/**
 * What a tenant's colour becomes on its pages: everything stays readable, whatever the colour,
 * because what is too faint is painted in the nearest shade that is not.
 *
 * @param accent - `#rrggbb`
 */
export function explainContrast(accent: string): ContrastRow[] {
  const ink = inkOn(accent);
  return [
    {
      what: 'Words on buttons',
      figure: figure(contrast(accent, ink)),
      meaning: `${ink === '#ffffff' ? 'White' : 'Dark'} words, because they read best on it. ${figure(TEXT_CONTRAST)} is needed.`,
    },
    row('On light pages', SURFACES.light, accent, 'darker'),
    row('On dark pages', SURFACES.dark, accent, 'lighter'),
  ];
}

function row(
  what: string,
  surfaces: readonly string[],
  accent: string,
  shade: 'darker' | 'lighter',
): ContrastRow {
  const lowest = Math.min(...surfaces.map((surface) => contrast(accent, surface)));
  return { what, figure: figure(lowest), meaning: meaningOf(lowest, shade) };
}

function meaningOf(lowest: number, shade: 'darker' | 'lighter'): string {
  if (lowest >= TEXT_CONTRAST) return 'Links, outlines and marks have the colour as it is.';
  if (lowest >= EDGE_CONTRAST) {
    return `Outlines and marks have the colour as it is. Links get the nearest ${shade} shade that has ${figure(TEXT_CONTRAST)}.`;
  }
  return `Too faint: links, outlines and marks get the nearest ${shade} shade that is not.`;
}

/** Cut, not rounded: 4.49 does not read as the 4.5 that it misses. */
function figure(ratio: number): string {
  return `${(Math.floor(ratio * 10) / 10).toFixed(1)}:1`;
}
