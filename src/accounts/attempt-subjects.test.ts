import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { addressBlock, attemptSubjects, callerOf } from './attempt-subjects.ts';

describe('the subjects of a sign-in attempt', () => {
  it('are the account, the address and its block', () => {
    assert.deepEqual(attemptSubjects({ identifier: ' Alice ', address: '192.0.2.7' }), [
      { kind: 'address', address: '192.0.2.7' },
      { kind: 'address_block', block: '192.0.2.0/24' },
      { kind: 'account', identifier: 'alice' },
    ]);
  });

  it('are the same for every way to write them', () => {
    const one = attemptSubjects({ identifier: 'alice', address: '2001:DB8:0:1:0:0:0:00ff' });
    const other = attemptSubjects({ identifier: 'ＡＬＩＣＥ', address: '2001:db8:0:1::ff%eth0' });
    assert.deepEqual(one, other);
  });

  it('leave the account out when nothing typed could be one', () => {
    for (const identifier of ['', '   ', 'x'.repeat(321), 'a\0b']) {
      const kinds = attemptSubjects({ identifier, address: '192.0.2.7' }).map(({ kind }) => kind);
      assert.deepEqual(kinds, ['address', 'address_block']);
    }
  });
});

describe('the block of an address', () => {
  const blocks = {
    '192.0.2.7': '192.0.2.0/24',
    '::ffff:192.0.2.7': '192.0.2.0/24',
    '::FFFF:c000:0207': '192.0.2.0/24',
    '64:ff9b::192.0.2.7': '192.0.2.0/24',
    '2001:db8:0:1:2:3:4:5': '2001:db8:0:1::/64',
    '2001:db8::5': '2001:db8:0:0::/64',
    '::1': '0:0:0:0::/64',
    'fe80::1%eth0': 'fe80:0:0:0::/64',
    '': 'unknown',
    unknown: 'unknown',
    '999.0.2.7': 'unknown',
    '[::1]': 'unknown',
  };
  for (const [address, block] of Object.entries(blocks)) {
    it(`${address || 'nothing'} is ${block}`, () => assert.equal(addressBlock(address), block));
  }
});

describe('one caller', () => {
  it('is one IPv4 address, or a whole /64 of IPv6', () => {
    assert.notEqual(callerOf('192.0.2.7'), callerOf('192.0.2.8'));
    assert.equal(callerOf('192.0.2.7'), callerOf('::ffff:192.0.2.7'));
    assert.equal(callerOf('2001:db8::1'), callerOf('2001:db8::ffff:1'));
    assert.notEqual(callerOf('2001:db8::1'), callerOf('2001:db8:0:1::1'));
    assert.equal(callerOf('no address'), 'unknown');
  });
});
