import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSealer } from '../crypto/sealing.ts';
import { randomSealingKey } from '../testing/key-replica.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import { originSealContext, useTenantOrigins } from './tenant-origins.ts';

const SECRETS = {
  passwordPepper: 'p'.repeat(43),
  clientSecretPepper: 'c'.repeat(43),
  lookupKey: 'l'.repeat(43),
};

describe('the deployments that tenants came from', () => {
  const sealer = createSealer([randomSealingKey()]);
  const sealed = (tenantId: string, originId: string, text: string, by = sealer) => ({
    tenantId,
    originId,
    sealedSecrets: by.seal(text, originSealContext(tenantId, originId)),
  });
  const stored = (tenantId: string, originId: string, by = sealer) =>
    sealed(tenantId, originId, JSON.stringify(SECRETS), by);
  const setUp = async (...rows: ReturnType<typeof stored>[]) => {
    const logger = createRecordingLogger();
    let reads = 0;
    const list = async () => {
      reads += 1;
      return [...rows];
    };
    const origins = await useTenantOrigins({ origins: { list }, sealer, logger });
    return { origins, rows, text: logger.text, reads: () => reads };
  };

  it('are known by tenant, and all together', async () => {
    const { origins } = await setUp(stored('a', '1'), stored('a', '2'), stored('b', '1'));
    assert.deepEqual(origins.of('a'), [
      { originId: '1', ...SECRETS },
      { originId: '2', ...SECRETS },
    ]);
    assert.deepEqual(origins.of('c'), []);
    assert.equal(origins.all().length, 3);
  });

  it('are looked at again, once for all who ask meanwhile', async () => {
    const { origins, rows, reads } = await setUp();
    rows.push(stored('a', '1'));
    assert.deepEqual(origins.of('a'), []);
    await Promise.all([origins.refresh(), origins.refresh(), origins.refresh()]);
    assert.equal(origins.of('a').length, 1);
    assert.equal(reads(), 2);
  });

  it('that do not open are the trouble of their tenant alone', async () => {
    const other = createSealer([randomSealingKey()]);
    const { origins, text } = await setUp(stored('a', '1', other), stored('b', '1'));
    assert.deepEqual(origins.of('a'), []);
    assert.equal(origins.of('b').length, 1);
    assert.match(text(), /passed over/);
  });

  it('that a newer release wrote are read for what is known of them, or passed over', async () => {
    const { lookupKey: _, ...otherSecrets } = SECRETS;
    const { origins, text } = await setUp(
      sealed('a', '1', JSON.stringify({ ...SECRETS, novelty: 1 })),
      sealed('b', '1', JSON.stringify({ ...otherSecrets, novelty: 1 })),
      sealed('c', '1', SECRETS.lookupKey),
    );
    assert.deepEqual(origins.of('a'), [{ originId: '1', ...SECRETS }]);
    assert.deepEqual([origins.of('b'), origins.of('c')], [[], []]);
    assert.match(text(), /passed over.*"b".*\n.*passed over.*"c"/);
    assert.doesNotMatch(text(), /p{4}|c{4}|l{4}/);
  });
});
