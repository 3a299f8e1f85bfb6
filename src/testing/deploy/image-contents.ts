import { glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { buildah, IMAGE_CACHE, UNSIGNED } from './buildah.ts';
import { ROOT, runProgram } from './trial.ts';

/** One layer of an image. */
interface Layer {
  /** Without compression. */
  readonly bytes: number;
  /** Paths of its files. */
  readonly names: readonly string[];
  /** Whether these bytes are anywhere in it. */
  holds(bytes: string): boolean;
}

const MANIFEST = z.object({
  config: z.object({ digest: z.string() }),
  layers: z.array(z.object({ digest: z.string() })),
});

/** What is pushed of an image: its description, and its layers from the base on. */
export async function readLayers(
  image: string,
): Promise<{ description: string; layers: readonly Layer[] }> {
  const directory = await mkdtemp(join(IMAGE_CACHE, 'pushed-'));
  try {
    const format = ['--quiet', '--disable-compression', '--format=v2s2'];
    await buildah('push', ...UNSIGNED, ...format, image, `dir:${directory}`);
    const manifest = await readFile(join(directory, 'manifest.json'), 'utf8');
    const { config, layers } = MANIFEST.parse(JSON.parse(manifest));
    const blobOf = (digest: string) => join(directory, digest.replace('sha256:', ''));
    const read: Layer[] = [];
    for (const { digest } of layers) {
      const { stdout } = await runProgram('tar', ['-tf', blobOf(digest)]);
      const content = await readFile(blobOf(digest));
      read.push({
        bytes: content.length,
        names: stdout.split('\n').filter((name) => name !== '' && !name.endsWith('/')),
        holds: (bytes) => content.includes(bytes),
      });
    }
    return { description: await readFile(blobOf(config.digest), 'utf8'), layers: read };
  } finally {
    await rm(directory, { recursive: true });
  }
}

const LOCKED = z.object({
  version: z.string().optional(),
  dev: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  os: z.union([z.string(), z.array(z.string())]).optional(),
  cpu: z.union([z.string(), z.array(z.string())]).optional(),
  libc: z.array(z.string()).optional(),
});
const LOCK = z.object({ packages: z.record(z.string(), LOCKED) });
const PACKAGE = z.object({
  name: z.string(),
  version: z.string(),
});
const OWN = z.object({ optionalDependencies: z.record(z.string(), z.string()) });

/**
 * `name@version` of every package that production takes on this machine, by package-lock.json:
 * none for development, and of the optional ones those of packages, for this kind of machine.
 */
export async function productionPackages(): Promise<string[]> {
  const lock = LOCK.parse(JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')));
  const own = OWN.parse(JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')));
  const allows = (list: string | string[] | undefined, here: string) =>
    list === undefined || [list].flat().includes(here);
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional, os, cpu, libc }]) => {
      const name = path.replace('node_modules/', '');
      return (
        path !== '' &&
        dev !== true &&
        devOptional !== true &&
        own.optionalDependencies[name] === undefined &&
        allows(os, process.platform) &&
        allows(cpu, process.arch) &&
        allows(libc, 'glibc')
      );
    })
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${version}`)
    .toSorted();
}

/** `name@version` of every package under a root directory's /app/node_modules. */
export async function installedPackages(root: string): Promise<string[]> {
  const modules = join(root, 'app/node_modules');
  const found = new Set<string>();
  for await (const path of glob(
    [
      '**/node_modules/*/package.json',
      '**/node_modules/@*/*/package.json',
      '*/package.json',
      '@*/*/package.json',
    ],
    { cwd: modules },
  )) {
    const { name, version } = PACKAGE.parse(
      JSON.parse(await readFile(join(modules, path), 'utf8')),
    );
    found.add(`${name}@${version}`);
  }
  return [...found].toSorted();
}

const SBOM = z.object({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  components: z.array(
    z.object({ name: z.string(), group: z.string().optional(), version: z.string() }),
  ),
});

/** What the image says that it is made of. */
export async function readSbom(root: string): Promise<{ form: string; packages: string[] }> {
  const text = await readFile(join(root, 'app/sbom.cdx.json'), 'utf8');
  const { bomFormat, specVersion, components } = SBOM.parse(JSON.parse(text));
  const packages = components.map(({ name, version }) => `${name}@${version}`).toSorted();
  return { form: `${bomFormat} ${specVersion}`, packages };
}
