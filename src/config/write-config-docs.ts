import { mkdirSync, writeFileSync } from 'node:fs';
import { renderConfigMarkdown, renderEnvExample } from './render-config-docs.ts';

/** Root of the repository, where `.env.example` lies. */
const ROOT = new URL('../../', import.meta.url);

/** Where each document lies, and what it must hold; a test compares them with the files. */
export function configDocuments(): ReadonlyMap<URL, string> {
  return new Map([
    [new URL('.env.example', ROOT), renderEnvExample()],
    [new URL('docs/configuration.md', ROOT), renderConfigMarkdown()],
  ]);
}

// Run by `npm run docs:config`.
if (import.meta.main) {
  for (const [file, text] of configDocuments()) {
    mkdirSync(new URL('.', file), { recursive: true });
    writeFileSync(file, text);
  }
}
