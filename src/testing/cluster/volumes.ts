import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Api } from './api.ts';
import type { User } from './container.ts';
import type { PodContainer, PodObject, PodVolume } from './pod-object.ts';

const CONFIG_MAP = z.object({ data: z.record(z.string(), z.string()).default({}) });
const CLAIM = z.object({
  spec: z.object({ volumeName: z.string().default('') }),
  status: z.object({ phase: z.string() }),
});
const DISK = z.object({ spec: z.object({ hostPath: z.object({ path: z.string() }) }) });

type Items = { key: string; path: string }[] | undefined;

/** What is in a ConfigMap. */
export async function readConfigMap(
  api: Pick<Api, 'find'>,
  namespace: string,
  name: string,
): Promise<Record<string, string>> {
  const found = await api.find(`/api/v1/namespaces/${namespace}/configmaps/${name}`, CONFIG_MAP);
  if (found === undefined) throw new Error(`configmap "${name}" not found`);
  return found.data;
}

async function readSecret(api: Pick<Api, 'find'>, namespace: string, name: string) {
  const found = await api.find(`/api/v1/namespaces/${namespace}/secrets/${name}`, CONFIG_MAP);
  if (found === undefined) throw new Error(`secret "${name}" not found`);
  const entries = Object.entries(found.data);
  return Object.fromEntries(entries.map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

/** A volume as it is mounted: a directory of this machine, or memory of a size. */
export type Volume = { readonly directory: string } | { readonly memory: string };

/**
 * Makes the volumes of a pod.
 *
 * @param directory - of the pod
 * @throws Error where an object or a key that a volume is made of is not there (yet)
 */
export async function makeVolumes(
  api: Pick<Api, 'find'>,
  pod: PodObject,
  directory: string,
): Promise<Map<string, Volume>> {
  const made = new Map<string, Volume>();
  for (const volume of pod.spec.volumes) {
    const place = join(directory, 'volumes', volume.name);
    made.set(volume.name, await makeVolume(api, pod, volume, place));
  }
  return made;
}

async function makeVolume(
  api: Pick<Api, 'find'>,
  { metadata: { namespace }, spec: { securityContext: user } }: PodObject,
  volume: PodVolume,
  place: string,
): Promise<Volume> {
  const { configMap, secret, projected, persistentVolumeClaim, emptyDir } = volume;
  if (emptyDir !== undefined) return { memory: emptyDir.sizeLimit.replace(/i$/, '') };
  if (persistentVolumeClaim !== undefined) {
    return claimed(api, namespace, persistentVolumeClaim.claimName, user);
  }
  const write = (data: Readonly<Record<string, string | Buffer>>, items: Items, mode: number) =>
    writeFiles(place, { data, items, mode, user });
  if (configMap !== undefined) {
    const data = await readConfigMap(api, namespace, configMap.name);
    await write(data, configMap.items, configMap.defaultMode);
  }
  if (secret !== undefined) {
    const data = await readSecret(api, namespace, secret.secretName);
    await write(data, secret.items, secret.defaultMode);
  }
  for (const source of projected?.sources ?? []) {
    const [of, read] = source.secret
      ? [source.secret, readSecret]
      : [source.configMap, readConfigMap];
    if (of === undefined) continue;
    const data = await read(api, namespace, of.name).catch((error: unknown) => {
      if (of.optional) return undefined;
      throw error;
    });
    if (data !== undefined) await write(data, of.items, projected?.defaultMode ?? 0o644);
  }
  return { directory: place };
}

/** They are root's, and of the pod's group. */
async function writeFiles(
  place: string,
  files: {
    data: Readonly<Record<string, string | Buffer>>;
    items: Items;
    mode: number;
    user: User;
  },
): Promise<void> {
  const { data, items, mode, user } = files;
  await mkdir(place, { recursive: true });
  for (const { key, path } of items ??
    Object.keys(data).map((name) => ({ key: name, path: name }))) {
    const content = data[key];
    if (content === undefined) throw new Error(`references non-existent key: ${key}`);
    const file = join(place, path);
    await writeFile(file, content);
    await chown(file, 0, user.fsGroup);
    await chmod(file, mode);
  }
}

async function claimed(
  api: Pick<Api, 'find'>,
  namespace: string,
  name: string,
  { fsGroup }: User,
): Promise<Volume> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/${name}`;
  const claim = await api.find(path, CLAIM);
  if (claim?.status.phase !== 'Bound') throw new Error(`claim "${name}" is not bound`);
  const disk = await api.find(`/api/v1/persistentvolumes/${claim.spec.volumeName}`, DISK);
  if (disk === undefined) throw new Error(`there is no ${claim.spec.volumeName}`);
  await mkdir(disk.spec.hostPath.path, { recursive: true });
  await chown(disk.spec.hostPath.path, 0, fsGroup);
  await chmod(disk.spec.hostPath.path, 0o2770);
  return { directory: disk.spec.hostPath.path };
}

/** Lines that say what a container has mounted, as `container.ts` reads them. */
export function mountLines(
  container: PodContainer,
  volumes: ReadonlyMap<string, Volume>,
  resolver: string,
): string {
  const lines = container.volumeMounts.map(({ name, mountPath, readOnly }) => {
    const volume = volumes.get(name);
    if (volume === undefined) throw new Error(`there is no volume ${name}`);
    if ('memory' in volume) return `memory rw ${volume.memory} ${mountPath}`;
    return `directory ${readOnly ? 'ro' : 'rw'} ${volume.directory} ${mountPath}`;
  });
  return [`file ro ${resolver} /etc/resolv.conf`, ...lines, ''].join('\n');
}
