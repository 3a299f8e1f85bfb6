import { encode } from 'uqr';

/** White around the code that scanners need, in modules. ISO/IEC 18004, section 9.1 */
const QUIET_ZONE = 4;
/** Pixels of a module: whole ones, so that edges stay sharp. */
const MODULE_PIXELS = 4;

/**
 * A QR code as an SVG element: one path, black on white whatever the page's colours are, because
 * scanners expect it so. It needs no style and no script.
 *
 * @param text - what a scanner reads; at most some 2,300 bytes
 * @param label - what it is called to those who do not see it; any text
 * @returns markup that is safe to put into a page
 * @throws RangeError when the text is too long
 */
export function qrSvg(text: string, label: string): string {
  const { data, size } = encode(text, { ecc: 'M', border: QUIET_ZONE });
  const pixels = size * MODULE_PIXELS;
  return (
    `<svg class="qr" xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escaped(label)}"` +
    ` viewBox="0 0 ${size} ${size}" width="${pixels}" height="${pixels}"` +
    ` shape-rendering="crispEdges"><rect width="${size}" height="${size}" fill="#fff"/>` +
    `<path stroke="#000" d="${data.map(rowPath).join('')}"/></svg>`
  );
}

/** The black runs of one row, as strokes of one module's width along its middle. */
function rowPath(row: readonly boolean[], y: number): string {
  let path = '';
  let end: number | undefined;
  for (let x = 0; x < row.length; x += 1) {
    if (row[x] !== true) continue;
    const start = x;
    while (row[x] === true) x += 1;
    path += end === undefined ? `M${start} ${y}.5` : `m${start - end} 0`;
    path += `h${x - start}`;
    end = x;
  }
  return path;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
