import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as client from 'openid-client';
import { answerAt, visitor } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';
import { createRelyingParty, type RelyingParty, signIn, walkThrough } from '../relying-party.ts';
import { seedMore } from '../seed-more.ts';

const BOOKS = 'https://api.books.example';
const SHOP = 'urn:example:shop';
const CALLBACK = 'http://localhost:9000/callback';
const SECRET = 'a-secret-of-forty-characters-for-roles-x';

/** Holds a role herself and another through a group. */
const DORA = { identifier: 'dora', password: 'dora-demo-password' };
/** Holds roles through groups alone. */
const GINA = { identifier: 'gina', password: 'gina-demo-password' };
/** Holds none. */
const NORA = { identifier: 'nora', password: 'nora-demo-password' };

const clientOf = (id: string) => ({
  client_id: id,
  client_secret: { value: SECRET },
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
});

function world(dorasRoles: readonly string[]) {
  return {
    slug: 'default',
    applications: [
      {
        key: 'books',
        name: 'Books',
        firstParty: true,
        audience: BOOKS,
        roles: [
          { key: 'reader', permissions: ['books:read'] },
          { key: 'writer', permissions: ['books:read', 'books:write'] },
        ],
        clients: [
          clientOf('books-web'),
          {
            client_id: 'books-job',
            client_secret: { value: SECRET },
            grant_types: ['client_credentials'],
            redirect_uris: [],
            response_types: [],
            roles: ['books:writer', 'shop:clerk'],
          },
        ],
      },
      {
        key: 'shop',
        name: 'Shop',
        firstParty: true,
        audience: SHOP,
        permissionsInToken: false,
        roles: [{ key: 'clerk', permissions: ['sell'] }, { key: 'manager' }],
        clients: [clientOf('shop-web')],
      },
    ],
    groups: [
      { key: 'readers', roles: ['books:reader'] },
      { key: 'clerks', roles: ['shop:clerk', 'books:reader'] },
    ],
    accounts: [
      {
        username: 'dora',
        password: { value: DORA.password },
        roles: dorasRoles,
        groups: ['clerks'],
      },
      { username: 'gina', password: { value: GINA.password }, groups: ['readers', 'clerks'] },
      { username: 'nora', password: { value: NORA.password } },
    ],
  };
}

describe('roles', () => {
  let deployment: TestDeployment;
  let books: RelyingParty;
  let shop: RelyingParty;
  let job: RelyingParty;
  before(async () => {
    deployment = await startDeployment();
    await seedMore(deployment, world(['books:writer']));
    const party = (clientId: string) =>
      createRelyingParty({
        issuer: deployment.publicUrl,
        clientId,
        secret: SECRET,
        redirectUri: CALLBACK,
        scope: 'openid roles',
      });
    [books, shop, job] = [
      await party('books-web'),
      await party('shop-web'),
      await party('books-job'),
    ];
  });
  after(() => deployment.stop());

  const userinfo = async (party: RelyingParty, accessToken: string) => ({
    ...(await client.fetchUserInfo(party.config, accessToken, client.skipSubjectCheck)),
  });

  it('of the requesting application alone are in ID token and userinfo', async () => {
    for (const [person, party, roles] of [
      [DORA, () => books, ['reader', 'writer']],
      [DORA, () => shop, ['clerk']],
      [GINA, () => books, ['reader']],
      [NORA, () => books, []],
    ] as const) {
      const tokens = await signIn(visitor(deployment), party(), person);
      const idToken = await party().verify(tokens.id_token ?? '', party().clientId);
      assert.deepEqual(idToken.roles, roles);
      assert.deepEqual((await userinfo(party(), tokens.access_token)).roles, roles);
      for (const claim of ['permissions', 'tenant']) assert.ok(!(claim in idToken));
    }
  });

  it('are told only to who asks for the scope', async () => {
    const browser = visitor(deployment);
    const tokens = await signIn(browser, books, DORA, { scope: 'openid profile' });
    assert.equal(tokens.claims()?.roles, undefined);
    assert.equal((await userinfo(books, tokens.access_token)).roles, undefined);
    // By its name, as any other claim, and then only where it was asked for.
    const claims = JSON.stringify({ userinfo: { roles: null } });
    const named = await signIn(browser, books, DORA, { scope: 'openid', claims });
    assert.deepEqual((await userinfo(books, named.access_token)).roles, ['reader', 'writer']);
  });

  it('of the audience alone are in its access token, with what they permit', async () => {
    for (const [person, resource, roles, permissions] of [
      [DORA, BOOKS, ['reader', 'writer'], ['books:read', 'books:write']],
      [DORA, SHOP, ['clerk'], undefined],
      [GINA, BOOKS, ['reader'], ['books:read']],
      [NORA, BOOKS, [], []],
    ] as const) {
      // Whichever application asks.
      for (const party of [books, shop]) {
        const tokens = await signIn(visitor(deployment), party, person, { resource });
        const claims = await party.verify(tokens.access_token, resource);
        assert.deepEqual(claims.roles, roles);
        assert.deepEqual(claims.permissions, permissions);
        assert.equal(claims.tenant, 'default');
      }
    }
  });

  it('of a machine are in its access tokens, each for its audience', async () => {
    for (const [resource, roles, permissions] of [
      [BOOKS, ['writer'], ['books:read', 'books:write']],
      [SHOP, ['clerk'], undefined],
    ] as const) {
      const tokens = await client.clientCredentialsGrant(job.config, { resource });
      const claims = await job.verify(tokens.access_token, resource);
      assert.deepEqual(claims.roles, roles);
      assert.deepEqual(claims.permissions, permissions);
      assert.equal(claims.tenant, 'default');
    }
  });

  it('change with the next refresh, in every token', async () => {
    const browser = visitor(deployment);
    const request = await books.begin({ resource: BOOKS });
    const arrived = await walkThrough(browser, request.url, DORA);
    const tokens = await request.redeem(arrived.url, { resource: BOOKS });
    try {
      await seedMore(deployment, world([]));
      const refreshed = await books.refresh(tokens.refresh_token ?? '', { resource: BOOKS });
      const access = await books.verify(refreshed.access_token, BOOKS);
      assert.deepEqual(access.roles, ['reader']);
      assert.deepEqual(access.permissions, ['books:read']);
      const idToken = await books.verify(refreshed.id_token ?? '', 'books-web');
      assert.deepEqual(idToken.roles, ['reader']);
      const bare = await books.refresh(refreshed.refresh_token ?? '');
      assert.deepEqual((await userinfo(books, bare.access_token)).roles, ['reader']);
    } finally {
      await seedMore(deployment, world(['books:writer']));
    }
  });

  describe('an access token for an API', () => {
    it('has the shape of RFC 9068', async () => {
      const tokens = await signIn(visitor(deployment), books, DORA, {
        scope: 'openid roles books:read unknown:scope',
        resource: BOOKS,
      });
      const { typ, alg, kid } = decodeProtectedHeader(tokens.access_token);
      assert.equal(typ, 'at+jwt');
      assert.ok(alg === 'RS256' && kid);
      const {
        iss,
        aud,
        sub,
        client_id: clientId,
        iat,
        exp,
        jti,
        ...rest
      } = decodeJwt(tokens.access_token);
      assert.equal(iss, deployment.publicUrl);
      assert.equal(aud, BOOKS);
      assert.equal(sub, tokens.claims()?.sub);
      assert.equal(clientId, 'books-web');
      assert.equal(Number(exp) - Number(iat), 600);
      assert.match(jti ?? '', /^[\w-]{20,}$/);
      // What the client may, not what the person may: that is `permissions`.
      assert.equal(rest.scope, 'books:read');
      assert.deepEqual(Object.keys(rest).sort(), [
        'gid',
        'permissions',
        'roles',
        'scope',
        'tenant',
      ]);
      // The reference to the grant opens nothing.
      for (const token of [String(rest.gid), jti ?? '']) {
        const told = await client.tokenIntrospection(books.config, token);
        assert.equal(told.active, false);
      }
    });

    it('opens no other door: not userinfo, not another API', async () => {
      const tokens = await signIn(visitor(deployment), books, DORA, { resource: BOOKS });
      await assert.rejects(userinfo(books, tokens.access_token));
      await assert.rejects(books.verify(tokens.access_token, SHOP));
      const asApi = await client.tokenIntrospection(shop.config, tokens.access_token);
      assert.equal(asApi.active, false);
      const own = await client.tokenIntrospection(books.config, tokens.access_token);
      assert.equal(own.active, true);
      assert.deepEqual(own.roles, ['reader', 'writer']);
    });

    it('is not to be had for an unknown resource, at any endpoint', async () => {
      const browser = visitor(deployment);
      const nobody = 'https://nobody.example';
      const { url } = await books.begin({ resource: nobody });
      assert.equal(answerAt(await browser.open(url.href), books).error, 'invalid_target');
      const tokens = await signIn(browser, books, DORA);
      const invalid = { error: 'invalid_target' };
      await assert.rejects(
        books.refresh(tokens.refresh_token ?? '', { resource: nobody }),
        invalid,
      );
      await assert.rejects(
        client.clientCredentialsGrant(job.config, { resource: nobody }),
        invalid,
      );
      for (const resource of ['relative', `${BOOKS}#fragment`]) {
        await assert.rejects(client.clientCredentialsGrant(job.config, { resource }), invalid);
      }
    });

    it('is for one API at a time, though two were allowed at once', async () => {
      const browser = visitor(deployment);
      const request = await books.begin({ scope: 'openid books:read sell' });
      for (const resource of [BOOKS, SHOP]) request.url.searchParams.append('resource', resource);
      const arrived = await walkThrough(browser, request.url, DORA);
      const first = await request.redeem(arrived.url, { resource: BOOKS });
      assert.equal((await books.verify(first.access_token, BOOKS)).scope, 'books:read');
      const second = await books.refresh(first.refresh_token ?? '', { resource: SHOP });
      assert.equal((await books.verify(second.access_token, SHOP)).scope, 'sell');
      const both = new URLSearchParams([
        ['resource', BOOKS],
        ['resource', SHOP],
      ]);
      await assert.rejects(
        client.refreshTokenGrant(books.config, second.refresh_token ?? '', both),
        { error: 'invalid_target' },
      );
    });

    it('is not widened beyond what was allowed', async () => {
      const tokens = await signIn(visitor(deployment), books, DORA, {
        scope: 'openid books:read',
        resource: BOOKS,
      });
      await assert.rejects(
        books.refresh(tokens.refresh_token ?? '', { scope: 'openid books:read books:write' }),
        { error: 'invalid_scope' },
      );
      await assert.rejects(books.refresh(tokens.refresh_token ?? '', { resource: SHOP }), {
        error: 'invalid_target',
      });
    });
  });
});
