import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { harmlessName } from './harmless-name.ts';

const person = (name: string) => harmlessName(name, { digits: false });
const thing = (name: string) => harmlessName(name, { digits: true });

describe('a name in a message', () => {
  for (const name of [
    'Alice',
    'Dr. Ana-María O’Neill, Jr.',
    "Seán d'Arcy",
    'ジョン・スミス',
    '王小明',
    'عبد الرحمن',
    'می\u200cخواهم',
    'देवनागरी',
    'Zoë (she)',
  ]) {
    it(`may be ${name}`, () => assert.equal(person(name), name));
  }

  for (const name of ['iPhone 15', 'Firefox 128.0 on Linux', 'Work key 🔑', 'No. 2']) {
    it(`may be ${name}, for a thing`, () => assert.equal(thing(name), name));
  }

  it('is one line without what hides or reorders', () => {
    assert.equal(person('  Alice\r\nBcc: '.replace(':', '')), 'Alice Bcc');
    assert.equal(person('Al\u202eice\u0007'), 'Al ice');
  });

  for (const payload of [
    'http://evil.example',
    'Visit evil.example now',
    'evil。example',
    'evil．example',
    'evil.com',
    'www.evil',
    'a@evil.example',
    'win/prize',
    'evil:443',
    '<b>Alice</b>',
    '"Alice"',
    'Alice\\',
    '[x](y)',
    'x=y',
    'Pay 100%',
    '!!!',
    '...',
    ' ',
    '',
    'A'.repeat(51),
    'Your account was chosen to win a new car today call us',
    'Alice'.repeat(10_000),
  ]) {
    it(`is left out: ${payload.slice(0, 60)}`, () => {
      assert.equal(thing(payload), undefined);
    });
  }

  it('of a person has no digits: nobody is called like a telephone number', () => {
    assert.equal(person('Call 0800 123 456'), undefined);
    assert.equal(person('R2D2'), undefined);
  });

  it('may be missing', () => assert.equal(harmlessName(undefined, { digits: true }), undefined));
});
