import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contrastWarning, explainContrast } from './explain-contrast.ts';

describe('how a colour reads', () => {
  for (const [accent, expected] of [
    [
      '#0b5c6b',
      {
        ink: /^White/,
        figures: ['7.6:1', '6.9:1', '2.2:1'],
        light: /as it is\.$/,
        dark: /^Too faint/,
      },
    ],
    [
      '#ffd400',
      {
        ink: /^Dark/,
        figures: ['13.0:1', '1.3:1', '12.0:1'],
        light: /^Too faint.*darker/,
        dark: /as it is\.$/,
      },
    ],
    [
      '#7f7f7f',
      {
        ink: /^Dark/,
        figures: ['4.6:1', '3.6:1', '4.3:1'],
        light: /Links get.*darker/,
        dark: /Links get.*lighter/,
      },
    ],
  ] as const) {
    it(`is told of ${accent} by figures, and by what becomes of it`, () => {
      const [buttons, light, dark] = explainContrast(accent);
      assert.deepEqual([buttons?.figure, light?.figure, dark?.figure], expected.figures);
      assert.match(buttons?.meaning ?? '', expected.ink);
      assert.match(light?.meaning ?? '', expected.light);
      assert.match(dark?.meaning ?? '', expected.dark);
    });
  }

  it('is warned of where it is too faint, and nowhere else', () => {
    assert.equal(contrastWarning('#0b5c6b'), '#0b5c6b is too faint on dark pages.');
    assert.equal(contrastWarning('#ffd400'), '#ffd400 is too faint on light pages.');
    assert.equal(contrastWarning('#7f7f7f'), undefined);
  });

  it('is never told better than it is', () => {
    // 4.47, which is not the 4.5 that links need.
    const [, light] = explainContrast('#707076');
    assert.equal(light?.figure, '4.4:1');
    assert.match(light?.meaning ?? '', /Links get/);
  });
});
