import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkNodeVersion } from './check-node-version.ts';

describe('the version of Node.js', () => {
  it('may be 24 or later', () => {
    checkNodeVersion('24.0.0');
    checkNodeVersion('100.1.0');
    checkNodeVersion(process.versions.node);
  });

  it('is refused by number when it is older', () => {
    assert.throws(() => checkNodeVersion('22.18.0'), {
      code: 'node_too_old',
      message: /needs Node\.js 24 or later, this is 22\.18\.0/,
    });
  });
});
