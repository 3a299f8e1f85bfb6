import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parse } from 'yaml';
import { exportSeed } from './export-seed.ts';
import type { CurrentTenant } from './seed-store.ts';
import { NAME_RULE } from './text-rules.ts';

/** Texts that YAML takes for something else, beside any other. */
const TRAPS = [
  'yes',
  'null',
  '~',
  '1',
  '0x1f',
  '1990-04-01',
  '- a',
  'a: b',
  '#x',
  '"',
  "'",
  '{a',
  '&a',
  '*a',
  '!a',
  '%a',
  '@a',
  '`a',
  '|',
  '>',
  '?',
  'a #b',
  'a: ',
  '...',
  '---',
  '\t',
  'é',
  '👋',
  '\u0085',
  '\ufeff',
];

const anyText = fc
  .oneof(
    fc.constantFrom(...TRAPS),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 120 }),
    fc
      .array(fc.constantFrom(...TRAPS, ' ', '\n'), { minLength: 1, maxLength: 6 })
      .map((all) => all.join('')),
  )
  .filter((text) => !text.includes('\0') && text.isWellFormed());
const name = anyText.filter(NAME_RULE.accepts);

function tenant(texts: { name: string; nickname: string; street: string }): CurrentTenant {
  const managed = { managed: true, record: undefined };
  return {
    ...managed,
    id: '0',
    slug: 'acme',
    name: texts.name,
    issuer: undefined,
    settings: {},
    pruned: false,
    disabled: false,
    upstreams: [],
    applications: [
      {
        ...managed,
        key: 'notes',
        name: texts.name,
        firstParty: false,
        audience: undefined,
        requireAssignment: false,
        permissionsInToken: true,
        otherClients: 0,
        roles: [],
      },
    ],
    clients: [
      {
        ...managed,
        clientId: 'web',
        application: 'notes',
        metadata: { client_name: texts.name, contacts: [texts.nickname, texts.nickname] },
        secretDigest: 'x'.repeat(43),
        disabled: false,
        consents: 0,
        roles: [],
      },
    ],
    groups: [],
    accounts: [
      {
        ...managed,
        id: '1',
        username: 'alice',
        usernameKey: 'alice',
        email: undefined,
        emailKey: undefined,
        emailVerified: false,
        claims: { nickname: texts.nickname, address: { street_address: texts.street } },
        disabled: false,
        roles: [],
        groups: [],
      },
    ],
  };
}

describe('texts of an export', () => {
  it('come back as they were, whatever they are', () => {
    fc.assert(
      fc.property(fc.record({ name, nickname: anyText, street: anyText }), (texts) => {
        const state = { tenants: [tenant(texts)], passwordHashes: new Map() };
        const { text, document, readable, notes } = exportSeed(state, { passwordHashes: false });
        assert.equal(readable, true, notes.join());
        for (const version of ['1.2', '1.1'] as const) {
          assert.deepEqual(parse(text, { version }), document, text);
        }
        const [acme] = parse(text).tenants;
        assert.equal(acme.name, texts.name);
        assert.equal(acme.applications[0].clients[0].client_name, texts.name);
        assert.deepEqual(acme.applications[0].clients[0].contacts, [
          texts.nickname,
          texts.nickname,
        ]);
        assert.deepEqual(acme.accounts[0].nickname, texts.nickname);
        assert.deepEqual(acme.accounts[0].address, { street_address: texts.street });
      }),
      { numRuns: 500, examples: [[{ name: '!', nickname: ' ', street: ' \n' }]] },
    );
  });
});
