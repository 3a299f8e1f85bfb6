import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { ALICE } from '../gatehouse.ts';
import { createPlainBrowser } from '../plain-browser.ts';
import { createRelyingParty, signIn } from '../relying-party.ts';
import { type BuiltImage, buildImage, VERSION } from './image-build.ts';
import { runInContainer, startContainer } from './image-container.ts';
import { installedPackages, productionPackages, readLayers, readSbom } from './image-contents.ts';
import { givenBy, type ImageDeployment, startImageDeployment } from './image-deployment.ts';
import type { Trial } from './trial.ts';

/** An application of the demo seed, which lies in the image. */
const NOTES = {
  clientId: 'notes-web',
  secret: 'demo-secret-of-notes-web-not-for-production',
  redirectUri: 'http://localhost:8080/callback',
};

/** What must be in no layer, whatever it is for. */
const UNWANTED = [
  /^app\/(src|dist\/src\/testing)\//,
  /^app\/dist\/.*\.test\./,
  /^app\/.*\.([cm]?ts|map)$/,
  /^(app|root)\/\.(env|npmrc|git|data)/,
  /\/(initdb|pg_ctl)$/,
  /^app\/node_modules\/(\.bin\/)?(node|node-linux-[^/]*|typescript|@biomejs)(\/|$)/,
];

const STARTS = 7;
const MEGABYTE = 1_000_000;

const COVERS = ['Dockerfile', '.dockerignore'];

/** The image, built and run without a container engine: see buildah.ts and image-container.ts. */
export const IMAGE: readonly Trial[] = [
  {
    artefact: 'image',
    how: 'buildah builds it from what is committed, on a Debian of debootstrap with this Node.js',
    covers: COVERS,
    async run() {
      const { config, revision, seconds } = await buildImage();
      const label = (name: string) => config.Labels[`org.opencontainers.image.${name}`];
      assert.equal(label('version'), VERSION);
      assert.equal(label('revision'), revision);
      assert.equal(config.User, '10001:10001');
      const when = seconds === undefined ? 'by an earlier run' : `in ${Math.round(seconds)} s`;
      return `built ${when}, for user ${config.User}`;
    },
  },
  {
    artefact: 'image layers',
    how: 'every layer is read: no secret of the build, no source, no test, nothing of a laptop',
    covers: COVERS,
    async run() {
      const { name, token } = await buildImage();
      const { description, layers } = await readLayers(name);
      assert.ok(!description.includes(token), 'the token is in the description');
      for (const layer of layers) {
        assert.ok(!layer.holds(token), 'the token is in a layer');
        const unwanted = layer.names.filter((path) => UNWANTED.some((rule) => rule.test(path)));
        assert.deepEqual(unwanted.slice(0, 10), []);
      }
      const megabytes = layers.map(({ bytes }) => Math.round(bytes / MEGABYTE));
      return `${megabytes.slice(1).join(' + ')} MB on a base of ${megabytes[0]} MB`;
    },
  },
  {
    artefact: 'image SBOM',
    how: 'held against the packages in the image, and against package-lock.json',
    covers: COVERS,
    async run() {
      const { root } = await buildImage();
      const { form, packages } = await readSbom(root);
      assert.deepEqual(await installedPackages(root), await productionPackages());
      assert.deepEqual(packages, await installedPackages(root));
      return `${form}: the ${packages.length} packages that there are`;
    },
  },
  {
    artefact: 'image container',
    how: 'migrated, seeded and served as process 1, user 10001, on a read-only root, over PostgreSQL and Redis; somebody signs in; SIGTERM',
    covers: COVERS,
    run: () => withDeployment(serveSomebody),
  },
  {
    artefact: 'image refusals',
    how: 'a wrong configuration, and signals to process 1 while it waits for its database',
    covers: COVERS,
    async run() {
      const image = await buildImage();
      const problems = await listsProblems(image);
      await endsWhileStarting(image);
      return `${problems} problems listed with exit code 78; SIGTERM ends it before it serves`;
    },
  },
  {
    artefact: 'image start',
    how: `from the start of the process to /health/ready, ${STARTS} times`,
    covers: COVERS,
    run: () => withDeployment(startOften),
  },
];

async function withDeployment(
  run: (image: BuiltImage, deployment: ImageDeployment) => Promise<string>,
): Promise<string> {
  const image = await buildImage();
  const deployment = await startImageDeployment(image);
  try {
    return await run(image, deployment);
  } finally {
    await deployment.stop();
  }
}

async function serveSomebody(image: BuiltImage, deployment: ImageDeployment): Promise<string> {
  const { publicUrl, given, run } = deployment;
  assert.match(await run('gatehouse', 'migrate', '--status'), /up to date/);
  assert.equal((await run('gatehouse', '--version')).trim(), VERSION);
  const [, ...healthcheck] = image.config.Healthcheck?.Test ?? assert.fail('no HEALTHCHECK');
  const before = await runInContainer(image, healthcheck, given);
  assert.equal(before.code, 1, `nobody serves, and HEALTHCHECK says ${before.output}`);
  await cannotWrite(image, deployment);

  const server = await startContainer(image, given);
  try {
    await server.untilReady(`${publicUrl}/health/ready`);
    await run(...healthcheck);
    const browser = createPlainBrowser({ stopAt: (url) => url.startsWith(NOTES.redirectUri) });
    const party = await createRelyingParty({ issuer: publicUrl, ...NOTES });
    const tokens = await signIn(browser, party, ALICE);
    assert.ok(tokens.claims()?.sub);
    assert.deepEqual(await server.list('/tmp'), []);
    await server.signal('SIGTERM');
    assert.equal(await server.ended(), 0, server.output());
    const [last] = server.output().trim().split('\n').toReversed();
    assert.equal(JSON.parse(last ?? '').message, 'stopped');
  } finally {
    await server.remove();
  }
  return 'signed in; HEALTHCHECK 1 before and 0 then; only /tmp can be written to, and is empty; SIGTERM ends it in order, 0';
}

/** Everything that its user may write to, on the root as it is run, and on one that is not read-only. */
async function cannotWrite(image: BuiltImage, { given }: ImageDeployment): Promise<void> {
  const command = [
    'find',
    '/',
    '-path',
    '/proc',
    '-prune',
    '-o',
    '-type',
    'd',
    '-writable',
    '-print',
  ];
  const readOnly = await runInContainer(image, command, given);
  const paths = (output: string) => output.split('\n').filter((line) => line.startsWith('/'));
  assert.deepEqual(paths(readOnly.output), ['/tmp']);
  const writable = await runInContainer(image, command, { ...given, writableRoot: true });
  assert.deepEqual(paths(writable.output).toSorted(), ['/tmp', '/var/tmp']);
  const script = "require('node:fs').writeFileSync('/app/here', '')";
  const { code, output } = await runInContainer(image, ['node', '-e', script], given);
  assert.ok(code === 1 && output.includes('EROFS'), output);
}

async function listsProblems(image: BuiltImage): Promise<number> {
  const env = { PUBLIC_URL: 'http://login.example.com', PORT: 'none' };
  const { code, output } = await runInContainer(image, image.config.Cmd, { env });
  assert.equal(code, 78, output);
  const names = ['PUBLIC_URL', 'PORT', 'DATABASE_URL', 'REDIS_URL', 'KEY_ENCRYPTION_KEYS'];
  for (const name of names) assert.match(output, new RegExp(`\\b${name}\\b`));
  return names.length;
}

/** Signals come when it has reached its database, which says nothing. */
async function endsWhileStarting(image: BuiltImage): Promise<void> {
  const silent = await listenSilently();
  const given = givenBy({
    databaseUrl: `postgres://gatehouse@127.0.0.1:${silent.port}/gatehouse`,
    env: {
      PUBLIC_URL: 'https://login.example.com',
      ARTIFACT_STORE: 'postgres',
      DATABASE_ACQUIRE_TIMEOUT_MS: '60000',
    },
  });
  try {
    for (const command of [image.config.Cmd, ['gatehouse', 'migrate']]) {
      const reached = silent.reached();
      const container = await startContainer(image, { ...given, command });
      try {
        const early = container.ended().then((code) => {
          throw new Error(`ended with ${code} before it was told to: ${container.output()}`);
        });
        early.catch(() => undefined);
        await Promise.race([reached, early]);
        await container.signal('SIGTERM');
        assert.equal(await container.ended(), 143, container.output());
      } finally {
        await container.remove();
      }
    }
  } finally {
    await silent.stop();
  }
}

async function listenSilently() {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    reached: () => once(server, 'connection'),
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

async function startOften(image: BuiltImage, deployment: ImageDeployment): Promise<string> {
  const { publicUrl, given } = deployment;
  const quick = { ...given, env: { ...given.env, SHUTDOWN_DELAY_SECONDS: '0' } };
  const times: number[] = [];
  for (let start = 0; start < STARTS; start += 1) {
    const server = await startContainer(image, quick);
    try {
      times.push(await server.untilReady(`${publicUrl}/health/ready`));
      await server.signal('SIGTERM');
      assert.equal(await server.ended(), 0, server.output());
    } finally {
      await server.remove();
    }
  }
  times.sort((a, b) => a - b);
  const [first = 0, last = 0] = [times[0], times.at(-1)].map((ms) => Math.round(ms ?? 0));
  const median = Math.round(times[Math.floor(STARTS / 2)] ?? 0);
  return `ready in ${median} ms (median; ${first} to ${last})`;
}
