import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt } from 'jose';
import {
  authorizationUrl,
  authorize,
  post,
  redeem,
  refresh,
  SECRET,
  VERIFIER,
} from '../testing/plain-client.ts';
import { addCast, NOTES_API } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };

let world: ProviderWorld;
let issuer: string;

before(async () => {
  world = await startProviderWorld();
  await addCast(world);
  issuer = world.origin;
});
after(() => world.close());

/** Everything that the database holds, row by row. */
async function everyRow(): Promise<string[]> {
  const { rows } = await world.db.raw<{ rows: { tablename: string }[] }>(
    `select tablename from pg_tables where schemaname = 'public'`,
  );
  const tables = rows.map(({ tablename }) => world.db(tablename).select());
  return (await Promise.all(tables)).flat().map((row) => JSON.stringify(row));
}

/** Strings of an answer that are long enough to be found by accident never. */
const longStrings = (answer: object): string[] =>
  Object.values(answer).filter((one) => typeof one === 'string' && /^[\w.-]{21,}$/.test(one));

describe('at rest', () => {
  it('nothing is readable that somebody could present', async () => {
    const browser = world.browser();
    const secrets = new Set<string>([SECRET, VERIFIER]);
    const collectCookies = async () => {
      const { cookies } = await browser.jar.serialize();
      for (const { key, value, path } of cookies) {
        if (!String(key).endsWith('.sig')) secrets.add(String(value));
        // The uid of an interaction is in the path of its cookies.
        secrets.add(String(path).split('/').at(-1) ?? '');
      }
    };
    world.meanwhile = collectCookies;
    const { code = '' } = await authorize(browser, issuer, 'web', {
      resource: NOTES_API,
      scope: 'openid roles notes:read offline_access',
      prompt: 'consent',
    });
    const { json: first } = await redeem(issuer, code, WEB, { resource: NOTES_API });
    const { json: second } = await refresh(issuer, first.refresh_token, WEB);
    await post(`${issuer}/token/revocation`, { token: String(first.access_token) }, WEB);
    const hint = { id_token_hint: String(second.id_token), prompt: 'login' };
    const left = await browser.request(authorizationUrl(issuer, 'web', hint));
    const logout = await browser.open(`${issuer}/session/end?id_token_hint=${second.id_token}`);
    await collectCookies();

    secrets.add(code);
    secrets.add(left.headers.get('location')?.split('/').at(-1) ?? '');
    secrets.add(logout.document.querySelector('input[name=xsrf]')?.getAttribute('value') ?? '');
    secrets.add(String(decodeJwt(String(first.access_token)).jti));
    for (const value of [...longStrings(first), ...longStrings(second)]) {
      // The signature of a JWT, the whole of an opaque token.
      secrets.add(value.slice(value.lastIndexOf('.') + 1));
    }
    secrets.delete('');
    assert.ok(secrets.size >= 14, [...secrets].join('\n'));

    const rows = await everyRow();
    for (const model of ['Session', 'Interaction', 'RefreshToken', 'AccessToken', 'Grant']) {
      assert.ok(
        rows.some((row) => row.includes(`"model":"${model}"`)),
        model,
      );
    }
    for (const secret of secrets) {
      const holder = rows.find((row) => row.includes(secret));
      assert.equal(holder, undefined, `${secret} stands in ${holder}`);
      assert.ok(!world.logger.text().includes(secret), `${secret} is logged`);
    }
  });
});
