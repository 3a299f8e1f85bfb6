import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readVersion } from '../../version.ts';
import { buildah, ensureBuildah, hasImage, IMAGE_CACHE, UNSIGNED } from './buildah.ts';
import { ensureBase } from './image-base.ts';
import { runProgram } from './trial.ts';

/** Of the image, and of what is in it. */
export const VERSION = readVersion();
const NAME = `localhost/gatehouse:${VERSION}`;

/** Where certificates of this machine are, which its npm may need. */
export const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** What an image says about how it is run. */
const INSPECTED = z.object({
  Docker: z.object({
    config: z.object({
      User: z.string(),
      Env: z.array(z.string()),
      Entrypoint: z.array(z.string()).nullish(),
      Cmd: z.array(z.string()),
      WorkingDir: z.string(),
      Labels: z.record(z.string(), z.string()),
      Healthcheck: z.object({ Test: z.array(z.string()) }).optional(),
    }),
  }),
});

export type ImageConfig = z.infer<typeof INSPECTED>['Docker']['config'];

/** The image, built from what is committed. */
export interface BuiltImage {
  readonly name: string;
  readonly config: ImageConfig;
  /** Its files, as a container has them. */
  readonly root: string;
  /** The commit that it was built from. */
  readonly revision: string;
  /** What building it took; undefined: a run before this one has built it. */
  readonly seconds: number | undefined;
  /** A registry's token, which the build was given as a secret. */
  readonly token: string;
}

let built: Promise<BuiltImage> | undefined;

/**
 * Builds the image of the last commit, where no run before has done so; the one before it goes.
 *
 * @throws NotToBeHad where buildah cannot be had
 */
export function buildImage(): Promise<BuiltImage> {
  built ??= ensureImage();
  return built;
}

async function ensureImage(): Promise<BuiltImage> {
  await ensureBuildah();
  const { stdout } = await runProgram('git', ['rev-parse', 'HEAD']);
  const revision = stdout.trim();
  const token = `canary-${revision}`;
  await buildah('rm', '--all');
  const before = (await hasImage(NAME)) ? await configOf(NAME) : undefined;
  const isThere = before?.Labels['org.opencontainers.image.revision'] === revision;
  const seconds = isThere ? undefined : await build(revision, token);
  const { stdout: container } = await buildah('from', ...UNSIGNED, '--pull-never', NAME);
  const { stdout: root } = await buildah('mount', container.trim());
  return { name: NAME, config: await configOf(NAME), root: root.trim(), revision, seconds, token };
}

/** What an image of this checkout's storage says about how it is run. */
export async function configOf(name: string): Promise<ImageConfig> {
  const { stdout } = await buildah('inspect', '--type=image', name);
  return INSPECTED.parse(JSON.parse(stdout)).Docker.config;
}

/** @returns the seconds that it took */
async function build(revision: string, token: string): Promise<number> {
  const base = await ensureBase();
  const context = await mkdtemp(join(IMAGE_CACHE, 'context-'));
  const secret = join(IMAGE_CACHE, 'npmrc');
  const since = performance.now();
  try {
    await takeCommitted(revision, context);
    await writeFile(secret, await npmrc(token), { mode: 0o600 });
    await buildah(
      'build',
      ...UNSIGNED,
      '--pull-never',
      '--network=host',
      // HEALTHCHECK is not in OCI's own format.
      '--format=docker',
      `--secret=id=npmrc,src=${secret}`,
      `--volume=${CERTIFICATES}:${CERTIFICATES}:ro`,
      `--build-arg=NODE_IMAGE=${base}`,
      `--build-arg=VERSION=${VERSION}`,
      `--build-arg=REVISION=${revision}`,
      `--tag=${NAME}`,
      context,
    );
    await buildah('rmi', '--prune');
  } finally {
    await rm(context, { recursive: true });
    await rm(secret, { force: true });
  }
  return (performance.now() - since) / 1000;
}

/** What is committed, and nothing else that lies in this checkout. */
async function takeCommitted(revision: string, into: string): Promise<void> {
  const archive = join(IMAGE_CACHE, 'context.tar');
  await runProgram('git', ['archive', '--output', archive, revision]);
  await runProgram('tar', ['-xf', archive, '-C', into]);
  await rm(archive);
}

/** How npm reaches its registry here, and a token that nobody asks for. */
export async function npmrc(token: string): Promise<string> {
  const { stdout } = await runProgram('npm', ['config', 'get', 'registry']);
  return [
    `registry=${stdout.trim()}`,
    `cafile=${CERTIFICATES}`,
    `//registry.invalid/:_authToken=${token}`,
    '',
  ].join('\n');
}
