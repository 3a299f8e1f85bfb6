import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createMetrics } from '../telemetry/metrics.ts';
import { assignRole, insertRole } from '../testing/fixtures.ts';
import { authorize, post, redeem, SECRET } from '../testing/plain-client.ts';
import { addCast, NOTES_API, type ProviderCast } from '../testing/provider-cast.ts';
import { type ProviderWorld, startProviderWorld } from '../testing/provider-world.ts';

const WEB = { id: 'web', secret: SECRET };
const MACHINE = { id: 'notes-api', secret: SECRET };

describe('the size of tokens that are issued', () => {
  const metrics = createMetrics();
  let world: ProviderWorld;
  let cast: ProviderCast;
  before(async () => {
    const { observeTokenSize } = metrics;
    world = await startProviderWorld({ wrap: (deps) => ({ ...deps, observeTokenSize }) });
    cast = await addCast(world);
  });
  after(() => world.close());

  const machineToken = async (): Promise<string> => {
    const form = { grant_type: 'client_credentials', resource: NOTES_API };
    const answer = await post(`${world.origin}/token`, form, MACHINE);
    assert.equal(answer.status, 200, answer.text);
    return String(answer.json.access_token);
  };

  it('is measured by kind, with the largest of each', async () => {
    const scope = 'openid offline_access';
    const { code } = await authorize(world.browser(), world.origin, 'web', {
      scope,
      prompt: 'consent',
    });
    const { json } = await redeem(world.origin, code, WEB);
    const page = await metrics.render();
    for (const kind of ['access_token', 'id_token', 'refresh_token']) {
      const { length } = String(json[kind]);
      for (const line of [
        `token_size_bytes_count{kind="${kind}"} 1`,
        `token_size_bytes_sum{kind="${kind}"} ${length}`,
        `token_size_largest_bytes{kind="${kind}"} ${length}`,
      ]) {
        assert.ok(page.split('\n').includes(line), line);
      }
    }
    await machineToken();
    const small = await redeemAgain();
    const after = await metrics.render();
    const largest = Number(
      /^token_size_largest_bytes\{kind="access_token"\} (\d+)$/m.exec(after)?.[1],
    );
    assert.ok(largest > small.length, 'a smaller one does not take the place of the largest');
  });

  it('shows whose access token is beyond its budget, in the audit log', async () => {
    const { id } = await world.tenant();
    const permissions = Array.from({ length: 250 }, (_, index) => `permission:${index}`);
    const role = await insertRole(world.db, id, cast.applications.notes, {
      key: 'all',
      permissions,
    });
    await assignRole(world.db, id, role, { clientId: 'notes-api' });
    await world.touch();
    const { length } = await machineToken();
    assert.ok(length > 4096, String(length));
    const event = (await world.audited()).at(-1);
    assert.deepEqual(event?.detail, {
      grant_type: 'client_credentials',
      access_token_bytes: length,
    });
    const page = await metrics.render();
    assert.ok(page.includes(`token_size_largest_bytes{kind="access_token"} ${length}\n`));
    assert.match(page, /token_size_bytes_bucket\{le="4096",kind="access_token"\} 3\b/);
    assert.match(page, /token_size_bytes_bucket\{le="\+Inf",kind="access_token"\} 4\b/);
  });

  /** An opaque access token: the smallest there is. */
  async function redeemAgain(): Promise<string> {
    const { code } = await authorize(world.browser(), world.origin, 'web', { scope: 'openid' });
    return String((await redeem(world.origin, code, WEB)).json.access_token);
  }
});
