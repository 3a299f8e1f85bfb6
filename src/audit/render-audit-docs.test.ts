import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { documentedKinds } from './render-audit-docs.ts';
import { auditDocument } from './write-audit-docs.ts';

describe('the document of audit events', () => {
  it('is what `npm run docs:audit` writes', () => {
    const { file, text } = auditDocument();
    assert.equal(readFileSync(file, 'utf8'), text, 'stale: run `npm run docs:audit`');
  });

  it('explains every kind', () => {
    const source = readFileSync(new URL('./audit-event.ts', import.meta.url), 'utf8');
    const kinds = documentedKinds(source);
    assert.ok(kinds.length > 20);
    for (const { kind, says } of kinds) assert.match(says, /^[A-Z].+\.$/, kind);
  });

  it('notices a kind without a comment, and a union that is gone', () => {
    assert.deepEqual(
      documentedKinds(
        "export type AuditEventKind =\n  /** One; of\n   * two lines. */\n  | 'a.b'\n  | 'a.c';\n",
      ),
      [
        { kind: 'a.b', says: 'One; of two lines.' },
        { kind: 'a.c', says: '' },
      ],
    );
    assert.throws(() => documentedKinds('nothing'), TypeError);
  });
});
