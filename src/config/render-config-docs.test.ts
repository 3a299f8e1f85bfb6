import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseEnv } from 'node:util';
import { parseConfig } from './parse-config.ts';
import { readEnv } from './read-env.ts';
import { renderEnvExample } from './render-config-docs.ts';
import { VARIABLE_NAMES } from './variables.ts';
import { configDocuments } from './write-config-docs.ts';

describe('the documents of the configuration', () => {
  for (const [file, text] of configDocuments()) {
    const name = file.pathname.split('/').at(-1);
    it(`${name} is what \`npm run docs:config\` writes`, () => {
      assert.equal(readFileSync(file, 'utf8'), text, 'stale: run `npm run docs:config`');
    });
  }

  it('show samples that work as they stand', () => {
    const uncommented = renderEnvExample().replaceAll(/^#([A-Z_]+=)/gm, '$1');
    const env = parseEnv(uncommented);
    assert.deepEqual(Object.keys(env).sort(), [...VARIABLE_NAMES].sort());
    // A key must be made, never copied.
    assert.equal(env.KEY_ENCRYPTION_KEYS, '');
    const key = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64');
    const { config } = parseConfig(readEnv({ ...env, KEY_ENCRYPTION_KEYS: key }));
    assert.equal(config.mode, 'server');
  });
});
