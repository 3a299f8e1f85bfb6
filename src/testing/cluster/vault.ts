import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Api } from './api.ts';

const EXTERNAL_SECRET = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({
    target: z.object({ name: z.string() }),
    data: z.array(
      z.object({
        secretKey: z.string(),
        remoteRef: z.object({ key: z.string(), property: z.string() }),
      }),
    ),
  }),
});

/** Files of `components/secret-files` that the properties of a vault are, by what the vault calls them. */
const PREFIXES: Readonly<Record<string, string>> = {
  'gatehouse/app': '',
  'gatehouse/migrator': 'migrator_',
  'gatehouse/redis': 'redis_',
  'gatehouse/backup': '',
};

/**
 * Makes Secrets of the ExternalSecrets of a namespace, as the External Secrets Operator does.
 *
 * @param directory - with the files of what is in the vault
 * @returns how many it has made
 */
export async function openVault(
  api: Pick<Api, 'list' | 'create'>,
  namespace: string,
  directory: string,
): Promise<number> {
  const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  const wanted = await api.list(path, EXTERNAL_SECRET);
  for (const { spec } of wanted) {
    const data: Record<string, string> = {};
    for (const { secretKey, remoteRef } of spec.data) {
      const prefix = remoteRef.property === 'monitor_password' ? '' : PREFIXES[remoteRef.key];
      if (prefix === undefined) throw new Error(`there is no ${remoteRef.key} in the vault`);
      const file = join(directory, `${prefix}${remoteRef.property}`);
      data[secretKey] = (await readFile(file)).toString('base64');
    }
    const metadata = { name: spec.target.name, namespace };
    await api.create(`/api/v1/namespaces/${namespace}/secrets`, {
      ...{ apiVersion: 'v1', kind: 'Secret', metadata, data },
    });
  }
  return wanted.length;
}
