import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestDeployment } from './gatehouse.ts';

/** Applies tenants of a seed file that a test writes as data (JSON is YAML). */
export async function seedMore(
  deployment: Pick<TestDeployment, 'seed'>,
  ...tenants: readonly Readonly<Record<string, unknown>>[]
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'gatehouse-seed-'));
  try {
    const path = join(directory, 'seed.yaml');
    await writeFile(path, JSON.stringify({ version: 1, tenants }));
    await deployment.seed(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}
