import { type HTMLElement, type Options, parse } from 'node-html-parser';

/** The beginning of an option, up to where the next tag begins that is not its own end. */
const OPEN_OPTION = /(<option\b[^>]*>[^<]*)(?!<\/option>)(?=<)/g;

/** Reads a page. The parser does not know that HTML lets the end tags of options go. */
export function parseHtml(text: string, options?: Partial<Options>): HTMLElement {
  return parse(text.replace(OPEN_OPTION, '$1</option>'), options);
}
