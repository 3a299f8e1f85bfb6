import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { GatehouseError } from '../errors.ts';
import { type FormBody, MAX_FORM_BYTES, readForm } from './form-body.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Sends a body over a real connection; gives what `readForm` made of it. */
let read: (body: string | Buffer, headers?: Record<string, string>) => Promise<FormBody | string>;
let close: () => void;

before(async () => {
  let seen: (incoming: IncomingMessage) => void = () => undefined;
  const server = createServer((incoming, response) => {
    seen(incoming);
    response.on('error', () => undefined);
    incoming.on('end', () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  close = () => {
    server.close();
    server.closeAllConnections();
  };
  read = async (body, headers = FORM) => {
    const incoming = new Promise<IncomingMessage>((resolve) => {
      seen = resolve;
    });
    const outgoing = request({ port, host: '127.0.0.1', method: 'POST', headers });
    outgoing.on('error', () => undefined);
    outgoing.end(body);
    try {
      return await readForm(await incoming);
    } catch (error) {
      assert.ok(error instanceof GatehouseError);
      return `${error.status} ${error.code}`;
    } finally {
      outgoing.destroy();
    }
  };
});

after(() => close());

describe('readForm', () => {
  it('reads fields as they were typed', async () => {
    const form = await read('identifier=J%C3%BCrgen+M&password=a%26b%3Dc%2Bd&empty=&bare');
    assert.ok(form instanceof Map);
    assert.deepEqual(
      [...form],
      [
        ['identifier', 'Jürgen M'],
        ['password', 'a&b=c+d'],
        ['empty', ''],
        ['bare', ''],
      ],
    );
  });

  it('takes UTF-8 when it is said, in any case', async () => {
    const type = 'Application/X-WWW-Form-Urlencoded; Charset="UTF-8"';
    assert.ok((await read('a=b', { 'content-type': type })) instanceof Map);
    assert.ok((await read('', FORM)) instanceof Map);
  });

  it('holds names that objects have of their own', async () => {
    const form = await read('__proto__=1&constructor=2');
    assert.ok(form instanceof Map);
    assert.equal(form.get('__proto__'), '1');
  });

  it('refuses what could be read in two ways', async () => {
    assert.equal(await read('csrf=1&csrf=1'), '400 form_malformed');
    assert.equal(await read('a=1&%61=2'), '400 form_malformed');
    assert.equal(await read('a=%zz'), '400 form_malformed');
    assert.equal(await read('a=%ff'), '400 form_malformed');
    assert.equal(await read(Buffer.from([0x61, 0x3d, 0xff])), '400 form_malformed');
    assert.equal(await read('a=b%00c'), '400 form_malformed');
    assert.equal(await read('a%00=b'), '400 form_malformed');
    const many = Array.from({ length: 65 }, (_, index) => `f${index}=x`).join('&');
    assert.equal(await read(many), '400 form_malformed');
  });

  it('refuses other types, charsets and encodings', async () => {
    for (const headers of [
      {},
      { 'content-type': 'application/json' },
      { 'content-type': 'multipart/form-data; boundary=x' },
      { 'content-type': 'application/x-www-form-urlencoded; charset=iso-8859-1' },
      { ...FORM, 'content-encoding': 'gzip' },
    ]) {
      assert.equal(await read('a=b', headers), '415 form_type_unsupported');
    }
  });

  it('refuses more than 32 KiB, announced or not', async () => {
    const fits = `a=${'b'.repeat(MAX_FORM_BYTES - 2)}`;
    assert.ok((await read(fits)) instanceof Map);
    assert.equal(await read(`${fits}b`), '413 payload_too_large');
    assert.equal(
      await read(`${fits}b`, { ...FORM, 'transfer-encoding': 'chunked' }),
      '413 payload_too_large',
    );
  });
});
