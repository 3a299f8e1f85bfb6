import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'node-html-parser';
import { encode } from 'uqr';
import { qrSvg } from './qr-svg.ts';

const URI =
  'otpauth://totp/Gatehouse%20Demo:alice?issuer=Gatehouse%20Demo&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

function drawn(text: string, label = 'label') {
  const svg = parse(qrSvg(text, label)).querySelector('svg');
  assert.ok(svg);
  const [, , size] = (svg.getAttribute('viewBox') ?? '').split(' ').map(Number);
  assert.ok(size !== undefined);
  return { svg, size, modules: painted(svg.querySelector('path')?.getAttribute('d') ?? '', size) };
}

/** Follows the strokes of a path and says which modules they cover. */
function painted(path: string, size: number): boolean[][] {
  const modules = Array.from({ length: size }, () => Array<boolean>(size).fill(false));
  let [x, y] = [0, 0];
  for (const [, command, first = '', second = ''] of path.matchAll(/([Mmh])(\d+)(?: ([\d.]+))?/g)) {
    if (command === 'M') [x, y] = [Number(first), Math.floor(Number(second))];
    if (command === 'm') x += Number(first);
    if (command !== 'h') continue;
    for (const end = x + Number(first); x < end; x += 1) {
      const row = modules[y];
      assert.ok(row);
      row[x] = true;
    }
  }
  return modules;
}

describe('a QR code', () => {
  it('has every black module of the code, no other, and white all around', () => {
    for (const text of [URI, 'x', 'ü'.repeat(500)]) {
      const { modules } = drawn(text);
      assert.deepEqual(modules, encode(text, { ecc: 'M', border: 4 }).data);
      for (const row of modules) {
        assert.ok(!row.slice(0, 4).includes(true) && !row.slice(-4).includes(true));
      }
      assert.ok(!modules.slice(0, 4).flat().includes(true));
      assert.ok(!modules.slice(-4).flat().includes(true));
    }
  });

  it('is black on white in whole pixels, without style or script', () => {
    const { svg, size } = drawn(URI);
    const background = svg.querySelector('rect');
    assert.equal(background?.getAttribute('fill'), '#fff');
    assert.equal(background?.getAttribute('width'), String(size));
    assert.equal(svg.querySelector('path')?.getAttribute('stroke'), '#000');
    assert.equal(Number(svg.getAttribute('width')) % size, 0);
    assert.equal(svg.getAttribute('shape-rendering'), 'crispEdges');
    assert.doesNotMatch(svg.outerHTML, /style|script|href|currentColor/i);
  });

  it('is called by its label, which cannot break out of it', () => {
    const label = `"><script>alert('1')</script>&`;
    const { svg } = drawn(URI, label);
    assert.equal(svg.getAttribute('role'), 'img');
    assert.equal(svg.getAttribute('aria-label'), label);
    assert.equal(svg.querySelector('script'), null);
  });

  it('of an authenticator app takes little of a page', () => {
    assert.ok(qrSvg(URI, 'label').length < 6_000);
  });
});
