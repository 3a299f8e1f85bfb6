import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ensurePrograms } from '../debian-programs.ts';
import { alertPlays, playAlerts, playsInNamespace, playsOfOthers } from './alert-plays.ts';
import { edgeTimeProblems } from './edge-times.ts';
import { runExporters } from './exporters.ts';
import { namesNowhere, podsByHand, RESTORE } from './kubernetes-by-hand.ts';
import { manifestProblems } from './manifest-rules.ts';
import { checkManifests, kubernetesVersion, manifestTool } from './manifest-tools.ts';
import { environmentOf, keysOf, type Manifest, parseManifests, workloads } from './manifests.ts';
import { blocksOfManual, commandsOfManual } from './manual.ts';
import { dashboardProblems } from './monitoring-rules.ts';
import { prerequisiteProblems } from './prerequisites.ts';
import { runPods } from './run-pods.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const OVERLAYS = ['staging', 'production'] as const;
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** Images as registries call them; those of `deploy/backup` are called alike. */
const IMAGES = [
  'registry.example.com/gatehouse:0.1.0',
  'registry.example.com:5000/gatehouse:0.1.0',
  'registry.example.com:5000/gatehouse:0.1.1',
  `registry.example.com:5000/gatehouse@${DIGEST}`,
] as const;

/** What changes what the jobs of a release do, by commands in an overlay. */
const CHANGES = [
  'echo DATABASE_POOL_MAX=9 >>config.env',
  'echo >>../../components/secret-files/secrets/key_encryption_keys',
  'echo >>../../components/secret-files/secrets/migrator_database_url',
  `kustomize edit add patch --kind Job --patch '[{"op":"replace","path":"/spec/backoffLimit","value":1}]'`,
  'test ! -e seeds.yaml || echo >>seeds.yaml',
] as const;

/** Has secrets from files in an overlay that takes them out of a vault, seeds, and nobody who looks. */
const OTHER_COMPONENTS = `
sed -i 's|components/external-secrets|components/secret-files|; /components.monitoring/d' kustomization.yaml
cp ../staging/seeds.yaml .
kustomize edit add component ../../components/seed
kustomize edit add configmap gatehouse-seeds --from-file=seeds.yaml
`;

/** What an overlay is, after commands in it. What they change is as before for the next one. */
type Render = (overlay: (typeof OVERLAYS)[number], commands: string) => Promise<string>;

/** Blocks of docs/deploy.md, by their first lines. */
const SECRETS =
  'cd deploy/kubernetes/components/secret-files && mkdir -m 700 secrets && cd secrets';
const AUTHORITIES =
  'kustomize edit add configmap gatehouse-authorities --behavior=merge --from-file=postgres-ca.pem --from-file=redis-ca.pem';
const BACKUPS =
  'kustomize edit add component ../../components/backup ../../components/redis-snapshot ../../components/backup-upload';

/** How docs/deploy.md has an operator name the images of a release. */
async function imageOfManual(): Promise<string> {
  const [image] =
    (await blocksOfManual())
      .join('')
      .match(/^kustomize edit set image gatehouse=(?:.*\\\n)*.*$/m) ?? [];
  if (image === undefined) throw new Error('docs/deploy.md sets no image');
  return image;
}

/** The command of `deploy.yml` that says which images a release is of. */
async function readWorkflow(): Promise<string> {
  const workflow = await readFile(join(ROOT, '.github/workflows/deploy.yml'), 'utf8');
  const [command] = /kustomize edit set image .*/.exec(workflow) ?? [];
  if (command === undefined) throw new Error('deploy.yml sets no image');
  return command;
}

/** Renders overlays with the secrets that docs/deploy.md makes. */
async function withOverlays<T>(use: (render: Render) => Promise<T>): Promise<T> {
  const kustomize = await manifestTool('kustomize');
  await ensurePrograms({ '/usr/bin/age-keygen': 'age' });
  const secrets = await commandsOfManual(SECRETS);
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-kustomize-'));
  const original = join(home, 'original');
  const copy = join(home, 'copy');
  const env = { ...process.env, PATH: `${dirname(kustomize)}:${process.env.PATH ?? ''}` };
  try {
    await cp(join(ROOT, 'deploy'), join(original, 'deploy'), { recursive: true });
    const identity = join(home, 'identity.txt');
    await runProgram('age-keygen', ['-o', identity]);
    const script = `set -e\n${secrets.replace('/root/identity.txt', identity)}`;
    await runProgram('bash', ['-c', script], { cwd: original });
    return await use(async (overlay, commands) => {
      await rm(copy, { recursive: true, force: true });
      await cp(original, copy, { recursive: true });
      const cwd = join(copy, 'deploy/kubernetes/overlays', overlay);
      const { stdout } = await runProgram(
        'bash',
        ['-ec', `{ ${commands}\n} >&2\nkustomize build .`],
        { cwd, env },
      );
      return stdout;
    });
  } finally {
    await rm(home, { recursive: true });
  }
}

/** @throws Error with every problem that the rules find */
async function assertRules(manifests: readonly Manifest[], what: string): Promise<void> {
  const problems = [
    ...manifestProblems(manifests, keysOf(manifests)),
    ...(await edgeTimeProblems(manifests)),
    ...(await prerequisiteProblems(manifests)),
  ];
  if (problems.length > 0) throw new Error(`${what}:\n${problems.join('\n')}`);
}

/** Addresses that trust authorities of an operator's own, and the files of those. */
const TRUST = `
cp ../../components/secret-files/secrets/redis_app_password postgres-ca.pem
cp postgres-ca.pem redis-ca.pem
cd ../../components/secret-files/secrets
sed -i 's|verify-full$|&\\&sslrootcert=/run/secrets/postgres-ca.pem|' database_url migrator_database_url
sed -i 's|^sslrootcert=.*|sslrootcert=/run/secrets/postgres-ca.pem|' pg_service.conf
cd -
echo REDIS_CA_FILE=/run/secrets/redis-ca.pem >>config.env
echo of-the-upload >rclone.conf
`;

/** What operators add to an overlay, by commands in it. */
async function tryAdditions(render: Render): Promise<string> {
  const image = await imageOfManual();
  const authorities = await commandsOfManual(AUTHORITIES);
  const backups = await commandsOfManual(BACKUPS);
  const gateway = "sed -i 's|components/ingress-nginx|components/gateway|' kustomization.yaml";
  const all = [image, TRUST, authorities, backups, gateway].join('\n');
  const text = await render('staging', all);
  await checkManifests(text);
  const manifests = parseManifests(text);
  await assertRules(manifests, 'staging with additions');
  const untold = parseManifests(await render('staging', [image, TRUST].join('\n')));
  if (manifestProblems(untold, keysOf(untold)).length === 0) {
    throw new Error('authorities that nobody has added are not missed');
  }
  const uploading = workloads(manifests)
    .filter(({ pod: { containers } }) =>
      containers.some((one) => environmentOf(one, keysOf(manifests)).BACKUP_UPLOAD),
    )
    .map(({ name }) => name);
  if (uploading.join() !== 'gatehouse-backup,gatehouse-snapshot') {
    throw new Error(`backups are taken elsewhere by ${uploading.join(', ')}`);
  }
  return `${manifests.length} objects with authorities of one's own, backups and snapshots that are uploaded, and a Gateway`;
}

/** The jobs of a rendering by their names, and what they do. */
function jobsOf(manifests: readonly Manifest[]): Map<string, string> {
  const jobs = manifests.filter(({ kind }) => kind === 'Job');
  return new Map(jobs.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec)]));
}

/**
 * What a job does cannot be changed: whatever changes that changes its name, whatever form the name of
 * the image has.
 *
 * @returns how many jobs there were
 */
async function tryReleases(
  render: Render,
  { overlay, with: components = 'true' }: { overlay: (typeof OVERLAYS)[number]; with?: string },
): Promise<number> {
  const setImages = await readWorkflow();
  const authorities = await commandsOfManual(AUTHORITIES);
  const trust = (who: string) => `echo ${who} | tee postgres-ca.pem >redis-ca.pem\n${authorities}`;
  const known = new Map<string, string>();
  const renderings = [
    ...IMAGES.map((image) => ({ image, change: 'true' })),
    ...[...CHANGES, trust('one'), trust('another')].map((change) => ({ image: IMAGES[0], change })),
  ];
  for (const { image, change } of renderings) {
    const backup = image.replace('gatehouse', 'gatehouse-backup');
    const text = await render(
      overlay,
      `${components}\nexport IMAGE=${image} BACKUP_IMAGE=${backup}\n${setImages}\n${change}`,
    );
    await checkManifests(text);
    const manifests = parseManifests(text);
    await assertRules(manifests, `${overlay} of ${image}`);
    const others = imagesOf(manifests).filter((one) => ![image, backup].includes(one));
    if (others.some((one) => !/^redis:|exporter:/.test(one))) {
      throw new Error(`${overlay} of ${image} runs ${others.join(', ')}`);
    }
    for (const [name, does] of jobsOf(manifests)) {
      if ((known.get(name) ?? does) !== does) {
        throw new Error(`${overlay}: job ${name} is there already, and does something else`);
      }
      known.set(name, does);
    }
  }
  return known.size;
}

/** @throws Error when Grafana finds others than there are */
async function assertDashboards(manifests: readonly Manifest[]): Promise<void> {
  const problems = await dashboardProblems(manifests);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

/** @throws Error when an image of ours is one that no registry has */
function assertRegistry(manifests: readonly Manifest[], what: string): void {
  const ours = imagesOf(manifests).filter((image) => /(^|\/)gatehouse/.test(image));
  const left = ours.filter((image) => !image.startsWith('registry.example.com/'));
  if (left.length > 0) throw new Error(`${what} by docs/deploy.md has ${left.join(', ')}`);
}

function imagesOf(manifests: readonly Manifest[]): string[] {
  return workloads(manifests).flatMap(({ pod }) =>
    [...pod.initContainers, ...pod.containers].map(({ image }) => image),
  );
}

/** The overlays of `deploy/kubernetes`, rendered, checked, and their pods' commands run. */
export const KUBERNETES: readonly Trial[] = [
  {
    artefact: 'kubernetes',
    how: "the commands of docs/deploy.md: secrets, image, and kustomize build of each overlay; the API server's own validation, the rules of Pod Security, and what objects say of one another and of the server",
    covers: [
      'deploy/kubernetes',
      'deploy/backup/kustomization.yaml',
      'deploy/grafana/kustomization.yaml',
    ],
    follows: ['cd deploy/kubernetes/components/secret-files && mkdir -m 700 secrets && cd secrets'],
    async run() {
      const image = await imageOfManual();
      const seen: string[] = [];
      await withOverlays(async (render) => {
        for (const overlay of OVERLAYS) {
          const text = await render(overlay, image);
          await checkManifests(text);
          const manifests = parseManifests(text);
          await assertRules(manifests, overlay);
          assertRegistry(manifests, overlay);
          if (overlay === 'production') await assertDashboards(manifests);
          seen.push(`${manifests.length} objects of ${overlay}`);
        }
      });
      return `${seen.join(' and ')} are good for Kubernetes ${await kubernetesVersion()}`;
    },
  },
  {
    artefact: 'kubernetes releases',
    how: 'the command of deploy.yml with images by tag, by digest and of a registry with a port, then with other settings, secrets, seeds and authorities: no job that is there already is to do something else',
    covers: [],
    async run() {
      const counts = await withOverlays(async (render) => [
        await tryReleases(render, { overlay: 'staging' }),
        await tryReleases(render, { overlay: 'production' }),
        await tryReleases(render, { overlay: 'production', with: OTHER_COMPONENTS }),
      ]);
      return `${counts.join(', ')} jobs of staging, production, and production with other components, each under a name of its own`;
    },
  },
  {
    artefact: 'kubernetes additions',
    how: 'what docs/deploy.md lets operators add to an overlay, by its commands',
    covers: [],
    follows: [AUTHORITIES, BACKUPS],
    run: () => withOverlays(tryAdditions),
  },
  {
    artefact: 'kubernetes by hand',
    how: "what by-hand.jq makes of the staging overlay with backups: the API server's own validation, the rules of Pod Security, and what it says of other objects; trials of the image of backups and of the pods run it",
    covers: ['deploy/kubernetes/by-hand.jq'],
    follows: [RESTORE],
    async run() {
      const image = await imageOfManual();
      const commands = `${image}\nkustomize edit add component ../../components/backup`;
      const text = await withOverlays((render) => render('staging', commands));
      const manifests = parseManifests(text);
      const pods = await podsByHand(manifests);
      for (const pod of pods) await checkManifests(pod.text);
      const all = [...manifests, ...pods.flatMap((pod) => parseManifests(pod.text))];
      await assertRules(all, 'staging, with pods by hand');
      const nowhere = await namesNowhere(all);
      if (nowhere.length > 0) throw new Error(`docs/deploy.md names ${nowhere.join(', ')}`);
      return `${pods.length} pods are good for Kubernetes ${await kubernetesVersion()}`;
    },
  },
  {
    artefact: 'kubernetes alerts',
    how: 'what prometheus-rule.sh prints, by the definition of a PrometheusRule; what alerts*.test.yml play, in a namespace beside another one with the same jobs, and in that one alone',
    covers: [],
    async run() {
      const [own, other] = ['gatehouse', 'gatehouse-staging'];
      const { stdout } = await runProgram('deploy/kubernetes/prometheus-rule.sh', [own]);
      await checkManifests(stdout);
      const count = (text: string) => text.match(/^\s*- (alert|record): /gm)?.length ?? 0;
      let rules = 0;
      for (const name of ['alerts', 'recording']) {
        rules += count(await readFile(join(ROOT, `deploy/prometheus/${name}.yml`), 'utf8'));
      }
      if (count(stdout) !== rules) throw new Error(`it has not the ${rules} rules that there are`);
      const specs = parseManifests(stdout).map(({ spec }) => spec);
      for (const plays of await alertPlays()) {
        await playAlerts(specs, playsInNamespace(plays, own, other));
        const others = `namespace="${other}",job="`;
        await playAlerts(specs, playsOfOthers(plays, others, { namespace: own }));
      }
      return `${rules} rules, as the Prometheus Operator takes them; those of ${own} speak of it, and not of ${other}`;
    },
  },
  {
    artefact: 'kubernetes pods',
    how: "the pods' own commands with the pods' own settings and files, over PostgreSQL and Redis; no cluster runs here",
    covers: [],
    async run() {
      const image = await imageOfManual();
      const manifests = await withOverlays(async (render) =>
        parseManifests(await render('staging', image)),
      );
      return await runPods(manifests, keysOf(manifests));
    },
  },
  {
    artefact: 'kubernetes exporters',
    how: "the exporters' own commands with their own settings and files, Debian's programs in the place of the images', asked as Prometheus is told to, over PostgreSQL, Redis and a server with a certificate",
    covers: ['deploy/prometheus/kustomization.yaml'],
    async run() {
      const image = await imageOfManual();
      const manifests = await withOverlays(async (render) =>
        parseManifests(await render('production', image)),
      );
      return await runExporters(manifests, keysOf(manifests));
    },
  },
];
