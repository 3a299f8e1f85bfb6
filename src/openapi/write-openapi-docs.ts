import { writeFileSync } from 'node:fs';
import { describeApi } from './openapi.ts';

/** Issuer of the default tenant of a deployment that says nothing else. */
const ISSUER = 'http://localhost:3000';

/** Where the document lies; a test compares it. */
export const API_DOCUMENT = new URL('../../docs/openapi.json', import.meta.url);

/** What it must hold. */
export function renderApiDocument(): string {
  return `${JSON.stringify(describeApi(ISSUER, 'main'), undefined, 2)}\n`;
}

// Run by `npm run docs:openapi`.
if (import.meta.main) writeFileSync(API_DOCUMENT, renderApiDocument());
