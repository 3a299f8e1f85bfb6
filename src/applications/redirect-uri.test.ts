import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { redirectUriProblem } from './redirect-uri.ts';

describe('redirect URIs', () => {
  const accepted: readonly ['web' | 'native', string][] = [
    ['web', 'https://app.example/callback'],
    ['web', 'https://app.example:8443/callback?fixed=1'],
    ['web', 'http://localhost:3001/callback'],
    ['web', 'http://127.0.0.1:3001/callback'],
    ['web', 'http://[::1]/callback'],
    ['native', 'https://app.example/callback'],
    ['native', 'http://127.0.0.1/callback'],
    ['native', 'com.example.app:/callback'],
  ];
  for (const [type, uri] of accepted) {
    it(`are accepted: ${uri} of a ${type} client`, () => {
      assert.equal(redirectUriProblem(uri, type), undefined);
    });
  }

  const refused: readonly ['web' | 'native', string, RegExp][] = [
    ['web', '/callback', /absolute/],
    ['web', 'app.example/callback', /absolute/],
    ['web', 'https://app.example/callback#', /fragment/],
    ['web', 'https://*.example/callback', /wildcards/],
    ['web', 'https://user:password@app.example/', /user name/],
    ['web', 'https://app.example/a b', /spaces/],
    ['web', 'http://app.example/callback', /https/],
    ['web', 'http://127.0.0.1.evil.example/', /https/],
    ['web', 'http://localhost.evil.example/', /https/],
    ['web', 'com.example.app:/callback', /native/],
    ['native', 'http://192.168.0.1/callback', /loopback/],
    ['native', 'myapp:/callback', /private-use/],
    ['native', 'javascript:alert(1)', /private-use/],
    ['native', 'data:text/html,x', /private-use/],
    ['native', 'file:///etc/passwd', /private-use/],
  ];
  for (const [type, uri, expected] of refused) {
    it(`are refused: ${uri} of a ${type} client`, () => {
      assert.match(redirectUriProblem(uri, type) ?? '', expected);
    });
  }
});
