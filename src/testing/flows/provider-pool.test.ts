import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { ACME_ALICE, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, startDeployment, type TestDeployment } from '../gatehouse.ts';
import { signIn } from '../relying-party.ts';

describe('a tenant that changes', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment();
  });
  after(() => deployment.stop());

  it('gets a new Provider, and all others keep theirs', async () => {
    const { gatehouse, backends } = deployment.replicas[0] ?? assert.fail('no replica');
    const providerOf = async (slug: string) => {
      const tenant = await backends.tenants.findBySlug(slug);
      return gatehouse.providers.providerForTenant(tenant ?? assert.fail(slug));
    };
    // The first makes their keys, which changes them.
    for (const slug of ['default', 'acme']) await providerOf(slug);
    const [own, other] = [await providerOf('default'), await providerOf('acme')];
    const changed = await backends.tenants.findBySlug('default');
    await backends.tenants.touch(changed?.id ?? '');
    await gatehouse.feed.lookNow();
    assert.notEqual(await providerOf('default'), own);
    assert.equal(await providerOf('acme'), other);
    assert.match(await gatehouse.metrics.render(), /^providers_built_total 5$/m);
  });
});

describe('a replica that keeps fewer tenants in memory than it serves', () => {
  let deployment: TestDeployment;
  before(async () => {
    deployment = await startDeployment({ env: { PROVIDER_POOL_SIZE: '1' } });
  });
  after(() => deployment.stop());

  it('serves them all the same, every step on a Provider built anew', async () => {
    const payroll = await demoParty(deployment, 'payroll-web');
    const portal = await demoParty(deployment, 'portal-web');
    const [hers, theirs] = [visitor(deployment), visitor(deployment)];
    const [first, second] = [await payroll.begin(), await portal.begin()];
    const [page, other] = [await hers.open(first.url.href), await theirs.open(second.url.href)];
    const arrived = await hers.submit(page, { ...ALICE }, { action: '/sign-in' });
    const reached = await theirs.submit(other, { ...ACME_ALICE }, { action: '/sign-in' });
    const tokens = await first.redeem(arrived.url);
    const others = await second.redeem(reached.url);
    await payroll.refresh(tokens.refresh_token ?? '');
    await portal.refresh(others.refresh_token ?? '');
    assert.equal(deployment.replicas[0]?.gatehouse.providers.size(), 1);
  });

  it('serves many at once', async () => {
    const payroll = await demoParty(deployment, 'payroll-web');
    const portal = await demoParty(deployment, 'portal-web');
    const issued = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        index % 2 === 0
          ? signIn(visitor(deployment), payroll, ALICE)
          : signIn(visitor(deployment), portal, ACME_ALICE),
      ),
    );
    for (const [index, tokens] of issued.entries()) {
      const party = index % 2 === 0 ? payroll : portal;
      await party.verify(tokens.id_token ?? '', party.clientId);
    }
  });
});
