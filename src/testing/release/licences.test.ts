import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { forbiddenIn } from './licences.ts';

describe('the licences of what is shipped', () => {
  it('are held against a list, for what production installs', () => {
    const { allowed, forbidden } = forbiddenIn({
      '': { license: 'Apache-2.0' },
      'node_modules/a': { license: 'MIT' },
      'node_modules/b/node_modules/@c/d': { license: 'GPL-3.0-only' },
      'node_modules/e': {},
      'node_modules/f': { license: 'GPL-3.0-only', dev: true },
      'node_modules/g': { license: '(GPL-2.0-only OR MIT)' },
      'node_modules/h': { license: 'MIT AND LGPL-3.0-only' },
    });
    assert.equal(allowed, 2);
    assert.deepEqual(forbidden, [
      { name: '@c/d', licence: 'GPL-3.0-only' },
      { name: 'e', licence: 'no licence' },
      { name: 'h', licence: 'MIT AND LGPL-3.0-only' },
    ]);
  });
});
