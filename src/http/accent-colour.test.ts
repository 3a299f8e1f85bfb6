import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { accentStylesheet, contrast, normalizeAccent, SURFACES } from './accent-colour.ts';

const COLOURS = [
  '000000',
  'ffffff',
  'ffd400',
  'e11d48',
  '2b50c8',
  '777777',
  '0b5c6b',
  'ff8000',
  '7fff00',
  '101218',
];

/** The properties for light, then for dark. */
function schemes(accent: string): Record<string, string>[] {
  return [...accentStylesheet(accent).matchAll(/:root\{([^}]*)\}/g)].map(([, body = '']) =>
    Object.fromEntries(body.split(';').map((one) => one.split(':') as [string, string])),
  );
}

describe('accentStylesheet', () => {
  for (const accent of COLOURS) {
    it(`makes #${accent} readable in light and dark`, () => {
      const [light, dark] = schemes(accent);
      assert.ok(light && dark);
      for (const [scheme, surfaces] of [
        [light, SURFACES.light],
        [dark, SURFACES.dark],
      ] as const) {
        const colour = (name: string) => scheme[name] ?? '';
        assert.equal(colour('--accent'), `#${accent}`);
        assert.ok(contrast(colour('--on-accent'), colour('--accent')) >= 4.5);
        assert.ok(contrast(colour('--on-accent'), colour('--accent-hover')) >= 4.5);
        for (const surface of surfaces) {
          assert.ok(contrast(colour('--accent-text'), surface) >= 4.5, `text on ${surface}`);
          assert.ok(contrast(colour('--accent-edge'), surface) >= 3, `edge on ${surface}`);
        }
      }
    });
  }

  it('knows the surfaces that the stylesheet paints on', async () => {
    const css = await readFile(new URL('../../views/assets/pages.css', import.meta.url), 'utf8');
    const [light = '', dark = ''] = css.split('@media (prefers-color-scheme: dark)');
    for (const [part, [surface, page]] of [
      [light, SURFACES.light],
      [dark, SURFACES.dark],
    ] as const) {
      assert.ok(part.includes(`--surface: ${surface};`) && part.includes(`--page: ${page};`));
    }
  });
});

describe('normalizeAccent', () => {
  it('takes #rrggbb and nothing else', () => {
    assert.equal(normalizeAccent('#A1b2C3'), 'a1b2c3');
    for (const other of [
      undefined,
      '',
      'red',
      '#fff',
      '#12345g',
      '#1234567',
      'a1b2c3',
      '#a1b2c3;}',
    ]) {
      assert.equal(normalizeAccent(other), undefined);
    }
  });
});
