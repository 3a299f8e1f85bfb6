import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { post, SECRET } from '../testing/plain-client.ts';
import { addCast, NOTES_API } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';
import { rawRequest } from '../testing/serve-app.ts';

const MACHINE = { id: 'notes-api', secret: SECRET };
const AUTHORIZATION = `Basic ${Buffer.from(`notes-api:${encodeURIComponent(SECRET)}`).toString('base64')}`;
const FORM = {
  authorization: AUTHORIZATION,
  'content-type': 'application/x-www-form-urlencoded',
};

let world: ProviderWorld;
let token: string;

before(async () => {
  world = await startProviderWorld();
  await addCast(world);
  const form = { grant_type: 'client_credentials', resource: NOTES_API };
  const { json } = await post(`${world.origin}/token`, form, MACHINE);
  token = String(json.access_token);
});
after(() => world.close());

async function send(
  body: string,
  options: { path?: string; headers?: Record<string, string>; method?: string } = {},
) {
  const { path = '/token/introspection', headers = {}, method = 'POST' } = options;
  const answer = await rawRequest(world.port, {
    method,
    path,
    headers: { host: `127.0.0.1:${world.port}`, ...FORM, ...headers },
    body,
  });
  let json: Record<string, unknown> = {};
  if (String(answer.headers['content-type']).includes('json')) json = JSON.parse(answer.body);
  return { ...answer, json };
}

describe('a JWT at the introspection endpoint', () => {
  it('gets there by every spelling of the path that the library takes', async () => {
    for (const path of [
      '/token/introspection',
      '/token/introspection/',
      '/TOKEN/INTROSPECTION/',
      '/Token/Introspection?x=y',
    ]) {
      const { status, json } = await send(`token=${token}`, { path });
      assert.equal(status, 200, path);
      assert.equal(json.active, true, path);
    }
    for (const path of [
      '/token/introspection//',
      '//token/introspection',
      '/token/introspectio%6e',
    ]) {
      assert.equal((await send(`token=${token}`, { path })).status, 404, path);
    }
  });

  it('gets there in chunks, in any order, and encoded in any way', async () => {
    const chunked = { 'transfer-encoding': 'chunked' };
    assert.equal((await send(`token=${token}`, { headers: chunked })).json.active, true);
    const percent = Array.from(token, (char) => `%${char.charCodeAt(0).toString(16)}`).join('');
    const bodies = [
      `token_type_hint=access_token&token=${token}&&x=ü%20y+z`,
      `token=${percent}`,
      `%74oken=${token}`,
    ];
    for (const body of bodies) {
      assert.equal((await send(body)).json.active, true, body.slice(0, 40));
    }
    const headers = { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' };
    assert.equal((await send(`token=${token}`, { headers })).json.active, true);
  });

  it('is looked at for a client that authenticates in the form', async () => {
    const { status, body } = await rawRequest(world.port, {
      method: 'POST',
      path: '/token/introspection',
      headers: {
        host: `127.0.0.1:${world.port}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        token,
        client_id: 'notes-api',
        client_secret: SECRET,
      }).toString(),
    });
    assert.equal(status, 200, body);
    assert.equal(JSON.parse(body).active, true);
  });
});

describe('nonsense at the introspection endpoint', () => {
  it('is refused in the form of RFC 6749', async () => {
    const cases: Record<string, { body: string; headers?: Record<string, string> }> = {
      'no token': { body: 'x=y' },
      'nothing at all': { body: '' },
      'two tokens': { body: `token=${token}&token=${token}` },
      'two tokens, one of them nothing': { body: `token=${token}&token=` },
      'a JSON body': {
        body: JSON.stringify({ token }),
        headers: { 'content-type': 'application/json' },
      },
      'a form of another type': {
        body: `token=${token}`,
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
      },
    };
    for (const [what, { body, headers = {} }] of Object.entries(cases)) {
      const answer = await send(body, { headers });
      assert.equal(answer.status, 400, `${what}: ${answer.status} ${answer.body}`);
      assert.equal(answer.json.error, 'invalid_request', what);
      assert.equal(typeof answer.json.error_description, 'string', what);
    }
  });

  it('is no token', async () => {
    const words = ['a', 'a.b', 'a.b.c', '..', '.', `${token}.x.y`, `${token}=`, ` ${token}`, '\0'];
    for (const word of words) {
      for (const path of ['/token/introspection', '/token/revocation']) {
        const { status, json } = await send(new URLSearchParams({ token: word }).toString(), {
          path,
        });
        assert.ok(status === 200 || status === 400, `${word} ${status}`);
        assert.notEqual(json.active, true, word);
      }
    }
  });

  it('is refused with 413 when it is too large, and the connection goes on', async () => {
    for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
      const answer = await send(`token=${'x'.repeat(60 * 1024)}`, { headers });
      assert.equal(answer.status, 413);
      assert.equal(answer.json.error, 'payload_too_large');
    }
    assert.equal((await send(`token=${token}`)).status, 200);
  });

  it('is refused with 413 before it has arrived, when it says how large it is', async () => {
    const socket = connect(world.port, '127.0.0.1');
    const lines = [
      'POST /token/introspection HTTP/1.1',
      `Host: 127.0.0.1:${world.port}`,
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 1000000000',
      'Connection: close',
    ];
    socket.write(`${lines.join('\r\n')}\r\n\r\ntoken=a`);
    assert.match(await text(socket), /^HTTP\/1\.1 413 /);
  });

  it('does not stop a body that goes elsewhere from being read there', async () => {
    const body = `grant_type=client_credentials&resource=${encodeURIComponent(NOTES_API)}&token=a.b.c`;
    const { status, json } = await send(body, { path: '/token' });
    assert.equal(status, 200);
    assert.equal(typeof json.access_token, 'string');
  });

  it('is not read by GET', async () => {
    const path = `/token/introspection?token=${token}`;
    assert.equal((await send('', { path, method: 'GET' })).status, 404);
  });
});
