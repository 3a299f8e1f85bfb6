import { readFileSync, writeFileSync } from 'node:fs';
import { renderAuditMarkdown } from './render-audit-docs.ts';

/** Where the document lies, and what it must hold; a test compares it with the file. */
export function auditDocument(): { file: URL; text: string } {
  const source = readFileSync(new URL('./audit-event.ts', import.meta.url), 'utf8');
  const file = new URL('../../docs/audit.md', import.meta.url);
  return { file, text: renderAuditMarkdown(source) };
}

// Run by `npm run docs:audit`.
if (import.meta.main) {
  const { file, text } = auditDocument();
  writeFileSync(file, text);
}
