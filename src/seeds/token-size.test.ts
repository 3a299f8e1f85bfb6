import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keepServer, withSeedBench } from '../testing/seed-bench.ts';

describe('roles that make tokens large', () => {
  keepServer();

  it(
    'are let through in small, warned of beyond 4 KiB, and refused beyond 8 KiB',
    withSeedBench(async (bench) => {
      assert.deepEqual((await bench.preview(withPermissions(100, true))).warnings, []);

      const [warning = ''] = (await bench.preview(withPermissions(150, true))).warnings;
      assert.match(
        warning,
        /^an access token larger than 4 KiB, about 4\.\d KiB: account alice of tenant acme for https:\/\/api\.acme\.example, with app:all \(permissions: 150\); /,
      );

      await assert.rejects(bench.apply(withPermissions(400, true)), {
        message:
          /:14:9 tenants\[0\]\.accounts\[0\]\.roles: expected roles for an access token of at most 8 KiB, found about \d+\.\d KiB: account alice of tenant acme for https:\/\/api\.acme\.example, with app:all \(permissions: 400\)$/,
      });
      assert.deepEqual(await bench.database.db('applications').select(), []);
    }),
  );

  it(
    'count permissions only where tokens carry them',
    withSeedBench(async (bench) => {
      assert.deepEqual((await bench.preview(withPermissions(400, false))).warnings, []);
    }),
  );
});

/** An account whose role, through a group, carries so many permissions of 16 characters. */
function withPermissions(count: number, inToken: boolean): string {
  const permissions = Array.from(
    { length: count },
    (_, index) => `permission:${String(index).padStart(5, '0')}`,
  );
  return `version: 1
tenants:
  - slug: acme
    name: Acme
    applications:
      - key: app
        audience: https://api.acme.example
        permissionsInToken: ${inToken}
        roles:
          - { key: all, permissions: [${permissions.join(', ')}] }
    groups:
      - { key: staff, roles: [app:all] }
    accounts:
      - { username: alice, groups: [staff] }
`;
}
