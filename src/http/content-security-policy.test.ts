import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formTargetOf, formTargets, pagePolicy } from './content-security-policy.ts';

describe('pagePolicy', () => {
  it('allows our stylesheet, our forms and the way back, our scripts where there are any, and nothing else', () => {
    assert.equal(
      pagePolicy(['https://app.example']),
      "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self' https://app.example",
    );
    assert.match(pagePolicy([], true), /; script-src 'self'; base-uri 'none'; /);
    assert.match(pagePolicy([]), /form-action 'self'$/);
    assert.match(pagePolicy(undefined), /form-action 'none'$/);
  });
});

describe('formTargets', () => {
  it('names each source once and leaves out what is none', () => {
    const home = 'https://app.example/';
    assert.deepEqual(formTargets('https://app.example/cb', home), ['https://app.example']);
    assert.deepEqual(formTargets('http://localhost:4000/cb', home, undefined, 7, 'x'), [
      'http://localhost:4000',
      'https://app.example',
    ]);
  });
});

describe('formTargetOf', () => {
  const targets: [string, string | undefined][] = [
    ['https://app.example/cb?x=1', 'https://app.example'],
    ['https://app.example:8443/cb', 'https://app.example:8443'],
    ['https://bücher.example/cb', 'https://xn--bcher-kva.example'],
    ['http://127.0.0.1:53111/cb', 'http://127.0.0.1:53111'],
    ['http://localhost:3001/cb', 'http://localhost:3001'],
    // CSP cannot name an IPv6 address.
    ['http://[::1]:53111/cb', 'http:'],
    ['com.example.app:/cb', 'com.example.app:'],
    ['com.example.app://host/cb', 'com.example.app:'],
    // A host that would end the directive is not put into it.
    ["https://a;script-src'x'.example/", 'https:'],
    ['not a uri', undefined],
    ['/relative', undefined],
  ];
  for (const [uri, target] of targets) {
    it(`gives ${target} for ${uri}`, () => assert.equal(formTargetOf(uri), target));
  }
});
