import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { RECORDED_OF_STRANGERS } from '../../audit/bound-strangers.ts';
import { DEMO_CLIENTS } from '../demo-clients.ts';
import { startDeployment, type TestDeployment } from '../gatehouse.ts';

const TIMES = 200;
const CODE = { grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' };
const WEB = DEMO_CLIENTS['notes-web'];
const SPA = DEMO_CLIENTS['notes-spa'];

describe('the audit log of strangers who are refused', () => {
  let deployment: TestDeployment;
  before(async () => {
    const env = { TRUSTED_PROXIES: '127.0.0.1/32,::1/128' };
    deployment = await startDeployment({ env });
  });
  after(() => deployment.stop());

  const ask = async (address: string, form: object, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${deployment.publicUrl}/token`, {
      method: 'POST',
      headers: { 'x-forwarded-for': address, ...headers },
      body: new URLSearchParams({ ...form }),
    });
    await answer.arrayBuffer();
    return answer.status;
  };
  const basic = (secret: string) => ({
    authorization: `Basic ${Buffer.from(`${WEB.clientId}:${secret}`).toString('base64')}`,
  });
  /** What is in the table of an address, oldest first. */
  const recordedOf = async (address: string) => {
    const { audit } = deployment.backends;
    await audit.flush();
    const events = await audit.list({ limit: 1_000 });
    return events.filter((event) => event.address === address).reverse();
  };
  const refuse = async (address: string, form: object, headers?: Record<string, string>) => {
    for (let time = 0; time < TIMES; time += 1) {
      const status = await ask(address, form, headers);
      assert.ok(status === 400 || status === 401, `${status}`);
    }
    return recordedOf(address);
  };

  const strangers: [string, string, object, Record<string, string>][] = [
    ['without a client', '203.0.113.1', {}, {}],
    ['with a client that nobody has', '203.0.113.2', { ...CODE, client_id: 'nobody' }, {}],
    ['with a wrong secret', '203.0.113.3', CODE, basic('wrong')],
    ['with a public client', '203.0.113.4', { ...CODE, client_id: SPA.clientId }, {}],
    [
      'with a client that attests itself',
      '203.0.113.5',
      { ...CODE, client_id: WEB.clientId },
      { 'oauth-client-attestation-pop': 'x' },
    ],
  ];
  for (const [what, address, form, headers] of strangers) {
    it(`has ${RECORDED_OF_STRANGERS} of an address ${what}, and one that counts the rest`, async () => {
      const events = await refuse(address, form, headers);
      assert.equal(events.length, RECORDED_OF_STRANGERS + 1);
      assert.equal(events.at(-1)?.detail?.left_out, TIMES - events.length);
      const counted = events.filter(({ detail }) => detail?.left_out !== undefined);
      assert.equal(counted.length, 1);
    });
  }

  it('has nobody prove themselves by attestation', async () => {
    const events = await recordedOf('203.0.113.5');
    for (const { actor } of events) assert.deepEqual(actor, { type: 'anonymous' });
  });

  it('has another address meanwhile, and counts a network of IPv6 as one', async () => {
    for (let time = 0; time < TIMES; time += 1) await ask(`2001:db8::${time + 1}`, {});
    await ask('2001:db8:0:1::1', {});
    await ask('203.0.113.6', {});
    const { audit } = deployment.backends;
    await audit.flush();
    const addresses = (await audit.list({ limit: 1_000 })).map(({ address }) => address ?? '');
    const network = addresses.filter((address) => address.startsWith('2001:db8::'));
    assert.equal(network.length, RECORDED_OF_STRANGERS + 1);
    assert.equal(addresses.filter((address) => address === '2001:db8:0:1::1').length, 1);
    assert.equal(addresses.filter((address) => address === '203.0.113.6').length, 1);
  });

  it('has every refusal of a client that proved itself', async () => {
    const events = await refuse('203.0.113.3', CODE, basic(WEB.secret));
    const proved = events.filter(({ actor }) => actor.type === 'client');
    assert.equal(proved.length, TIMES);
  });

  it('leaves nothing out of the metrics', async () => {
    const { metrics } = deployment.replicas[0]?.gatehouse ?? {};
    const page = (await metrics?.render()) ?? '';
    const all = [...page.matchAll(/^tokens_refused_total\{.*\} (\d+)$/gm)];
    const sum = all.reduce((total, [, count]) => total + Number(count), 0);
    assert.equal(sum, TIMES * (strangers.length + 2) + 2);
  });
});
