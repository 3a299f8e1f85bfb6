import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createPostgresApplicationStore } from '../storage/postgres/application-store.ts';
import { insertApplication, insertClient } from '../testing/fixtures.ts';
import {
  authorize,
  post,
  redeem,
  refresh,
  SECRET,
  secretDigest,
  userinfo,
} from '../testing/plain-client.ts';
import { addCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const NEW_SECRET = 'another secret of thirty-two chars';

let world: ProviderWorld;
let tenantId: string;
let issuer: string;

before(async () => {
  world = await startProviderWorld();
  await addCast(world);
  tenantId = (await world.tenant()).id;
  issuer = world.origin;
});
after(() => world.close());

const machineToken = (id: string, secret?: string) =>
  post(`${issuer}/token`, { grant_type: 'client_credentials' }, { id, ...(secret && { secret }) });

async function newClient(clientId: string, digest: string | undefined = secretDigest()) {
  const application = await insertApplication(world.db, tenantId);
  const given = digest === undefined ? {} : { secretDigest: digest };
  await insertClient(world.db, tenantId, application, { clientId, ...given });
}

describe('a client secret', () => {
  it('is what was registered, and nothing near it', async () => {
    await newClient('exact');
    assert.equal((await machineToken('exact', SECRET)).status, 200);
    const digest = secretDigest();
    for (const wrong of [
      'x',
      `${SECRET} `,
      SECRET.toUpperCase(),
      SECRET.slice(0, -1),
      digest,
      secretDigest(digest),
      'a stand-in that only says that there is one',
    ]) {
      const { status, json } = await machineToken('exact', wrong);
      assert.equal(status, 401, wrong);
      assert.equal(json.error, 'invalid_client');
    }
  });

  it('may come in the form or in the header, but not in both, and not missing', async () => {
    await newClient('either');
    const form = { grant_type: 'client_credentials', client_id: 'either', client_secret: SECRET };
    assert.equal((await post(`${issuer}/token`, form)).status, 200);
    const both = await post(`${issuer}/token`, form, { id: 'either', secret: SECRET });
    assert.equal(both.status, 400);
    assert.equal((await machineToken('either')).status, 401);
    assert.equal((await machineToken('nobody', SECRET)).json.error, 'invalid_client');
  });

  it('of one tenant is nothing at another', async () => {
    await newClient('ours');
    const form = { grant_type: 'client_credentials' };
    const client = { id: 'ours', secret: SECRET };
    assert.equal((await post(`${issuer}/t/acme/token`, form, client)).status, 401);
  });

  it('overlaps with its successor until then, and not longer', async () => {
    await newClient('rotating');
    assert.equal((await machineToken('rotating', SECRET)).status, 200);
    const applications = createPostgresApplicationStore(world.db);
    const overlapUntil = new Date(world.now().getTime() + 3_600_000);
    const digest = secretDigest(NEW_SECRET);
    await applications.rotateClientSecret(tenantId, 'rotating', digest, overlapUntil);
    await world.touch();

    assert.equal((await machineToken('rotating', NEW_SECRET)).status, 200);
    assert.equal((await machineToken('rotating', SECRET)).status, 200);
    for (const stored of [digest, secretDigest()]) {
      assert.equal((await machineToken('rotating', stored)).status, 401);
    }
    world.advance(3_601);
    assert.equal((await machineToken('rotating', SECRET)).status, 401);
    assert.equal((await machineToken('rotating', NEW_SECRET)).status, 200);
  });
});

describe('a client that is disabled', () => {
  it('is refused at once, with everything that it holds', async () => {
    const web = { id: 'web', secret: SECRET };
    const { code } = await authorize(world.browser(), issuer, 'web', {
      scope: 'openid offline_access',
      prompt: 'consent',
    });
    const { json: tokens } = await redeem(issuer, code, web);
    const { code: unused } = await authorize(world.browser(), issuer, 'web');
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 200);

    const applications = createPostgresApplicationStore(world.db);
    await applications.setClientDisabled(tenantId, 'web', true);
    await world.touch();

    assert.equal((await machineToken('web', SECRET)).status, 401);
    assert.equal((await redeem(issuer, unused, web)).status, 401);
    assert.equal((await refresh(issuer, tokens.refresh_token, web)).status, 401);
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 401);
    const page = await world.browser().open(`${issuer}/auth?client_id=web&response_type=code`);
    assert.equal(page.status, 400);
    const foreign = { id: 'notes-api', secret: SECRET };
    const asked = { token: String(tokens.access_token) };
    const introspected = await post(`${issuer}/token/introspection`, asked, foreign);
    assert.deepEqual(introspected.json, { active: false });

    await applications.setClientDisabled(tenantId, 'web', false);
    await world.touch();
    assert.equal((await machineToken('web', SECRET)).status, 200);
    assert.equal((await userinfo(issuer, tokens.access_token)).status, 200);
  });
});
