import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { edgeTimeProblems } from './edge-times.ts';
import { runExporters } from './exporters.ts';
import { manifestProblems } from './manifest-rules.ts';
import { checkManifests, kubernetesVersion, manifestTool } from './manifest-tools.ts';
import { keysOf, type Manifest, parseManifests } from './manifests.ts';
import { dashboardProblems } from './monitoring-rules.ts';
import { runPods } from './run-pods.ts';
import { ROOT, runProgram, type Trial } from './trial.ts';

const CHART = 'deploy/helm/gatehouse';
const RELEASE = 'login';

/** The Secrets that `ci/external-values.yaml` names, as values.yaml asks for them. */
const GIVEN = {
  'gatehouse-secrets': [
    'database_url',
    'migrator_database_url',
    'key_encryption_keys',
    'redis_url',
    'smtp_url',
    'database_read_url',
    'sentry_dsn',
    'pg_service.conf',
    'recipients.txt',
    'signing.pem',
    'monitor_password',
  ],
  'gatehouse-upload': ['rclone.conf'],
};

/** Besides those, what docs/deploy.md has an operator put into it. */
const OF_THE_MANUAL = {
  'gatehouse-secrets': [
    ...GIVEN['gatehouse-secrets'],
    'redis_app_password',
    'redis_admin_password',
  ],
};

/** Values that the chart must not take, and what it says of them. */
const REFUSED: readonly { values: string; says: RegExp }[] = [
  { values: '--set replica=3', says: /replica/ },
  { values: '--set replicas=none', says: /replicas/ },
  { values: '--set publicUrl=http://login.example.com/', says: /publicUrl/ },
  { values: '--set config.ADMIN_PORT=1', says: /config/ },
  // Secrets, where anybody may read them.
  { values: '--set config.DATABASE_READ_URL=postgres://a:b@c/d', says: /config/ },
  { values: '--set config.SENTRY_DSN=https://key@sentry.example/1', says: /config/ },
  { values: '--set config.SEQ_API_KEY=key', says: /config/ },
  { values: '--set config.OTEL_EXPORTER_OTLP_HEADERS=authorization=key', says: /config/ },
  { values: '--set secrets.existing=', says: /secrets.values/ },
  { values: '--set secrets.values.redis_url=redis://x', says: /secrets.values/ },
  { values: '--set image.digest=latest', says: /digest/ },
  { values: '--set authorities.postgres-ca=none', says: /authorities/ },
  { values: '--set backup.upload.program=upload', says: /program/ },
  { values: '--set backup.upload.config.PGPASSWORD=secret', says: /config/ },
  { values: '--set gateway.listener=', says: /listener/ },
  { values: '--set mail.from=', says: /mail.from/ },
  { values: '--set resources.limit.cpu=1', says: /resources/ },
  { values: '--set service.type=Public', says: /service.type/ },
  { values: '--set monitoring.redis={gatehouse-redis:6379}', says: /monitoring.redis/ },
  { values: '--set monitoring.postgresql=postgres://a:b@c/d', says: /monitoring.postgresql/ },
  { values: '--set database.poolMax=20', says: /more than the 180 of database\.connections/ },
];

async function valuesFiles(): Promise<string[]> {
  const names = await readdir(join(ROOT, CHART, 'ci'));
  return names.toSorted().map((name) => join(CHART, 'ci', name));
}

/** Helm, with nothing of whoever runs it. */
async function helm(...args: string[]) {
  const program = await manifestTool('helm');
  const home = await mkdtemp(join(tmpdir(), 'gatehouse-helm-'));
  try {
    return await runProgram(program, args, {
      env: { PATH: process.env.PATH, HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home },
    });
  } finally {
    await rm(home, { recursive: true });
  }
}

function template(...args: string[]): Promise<string> {
  return helm('template', RELEASE, CHART, '--namespace=gatehouse', ...args).then(
    ({ stdout }) => stdout,
  );
}

function render(values: string, ...args: string[]): Promise<string> {
  return template(`--values=${values}`, ...args);
}

/** What the command of docs/deploy.md, as it stands there, makes of the chart. */
async function followManual(): Promise<void> {
  const manual = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8');
  const command = /^helm upgrade --install login (?:.*\\\n)*.*$/m.exec(manual)?.[0] ?? '';
  const settings = [...command.matchAll(/--set (\S+)/g)].map(([, value]) => `--set=${value}`);
  if (settings.length === 0) throw new Error('docs/deploy.md has no command for Helm');
  const text = await template(...settings);
  await checkManifests(text);
  const manifests = parseManifests(text);
  const problems = manifestProblems(manifests, keysOf(manifests, OF_THE_MANUAL));
  const redis = manifests.find(({ kind }) => kind === 'StatefulSet');
  if (!manual.includes(`\`${redis?.metadata.name}\``)) problems.push('it calls Redis otherwise');
  if (problems.length > 0)
    throw new Error(`the command of docs/deploy.md:\n${problems.join('\n')}`);
}

/** Its rules are what `prometheus-rule.sh` makes of the same files, and its dashboards are all there are. */
async function assertWatched(manifests: readonly Manifest[]): Promise<void> {
  const { stdout } = await runProgram('deploy/kubernetes/prometheus-rule.sh', ['gatehouse']);
  const [own, others] = [manifests, parseManifests(stdout)].map((objects) =>
    objects.filter(({ kind }) => kind === 'PrometheusRule').map(({ spec }) => spec),
  );
  if (!isDeepStrictEqual(own, others)) throw new Error('the chart has other rules');
  const problems = await dashboardProblems(manifests);
  if (problems.length > 0) throw new Error(problems.join('\n'));
}

async function assertRefused(values: string, says: RegExp): Promise<void> {
  const said = await render(join(CHART, 'ci/external-values.yaml'), ...values.split(' ')).then(
    () => 'nothing',
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (!says.test(said)) throw new Error(`of ${values} helm says:\n${said}`);
}

/** The chart: its values, what it makes of them, and what that does. */
export const HELM: readonly Trial[] = [
  {
    artefact: 'helm',
    how: "helm lint and helm template with each values file of ci/, the API server's own validation, the rules of Pod Security, what objects say of one another and of the server; the command of docs/deploy.md; values that must be refused",
    covers: [CHART],
    async run() {
      const files = await valuesFiles();
      const seen: string[] = [];
      for (const values of files) {
        await helm('lint', '--strict', CHART, `--values=${values}`);
        const text = await render(values);
        await checkManifests(text);
        const manifests = parseManifests(text);
        const problems = [
          ...manifestProblems(manifests, keysOf(manifests, GIVEN)),
          ...(await edgeTimeProblems(manifests)),
        ];
        if (problems.length > 0) throw new Error(`${values}:\n${problems.join('\n')}`);
        seen.push(`${manifests.length}`);
      }
      await followManual();
      await assertWatched(parseManifests(await render(join(CHART, 'ci/bundled-values.yaml'))));
      for (const { values, says } of REFUSED) await assertRefused(values, says);
      return `${seen.join(', ')} objects of ${files.length} values files are good for Kubernetes ${await kubernetesVersion()}; ${REFUSED.length} wrong values refused`;
    },
  },
  {
    artefact: 'helm package',
    how: 'helm package, and what the package makes: files that the chart shares with others are in it',
    covers: [],
    async run() {
      const directory = await mkdtemp(join(tmpdir(), 'gatehouse-chart-'));
      try {
        await helm('package', CHART, '--destination', directory);
        const [name = ''] = await readdir(directory);
        const values = join(ROOT, CHART, 'ci/bundled-values.yaml');
        const args = ['template', RELEASE, join(directory, name), `--values=${values}`];
        const { stdout: packed } = await helm(...args, '--namespace=gatehouse');
        if (packed !== (await render(values))) throw new Error('the package makes something else');
        return `${name} makes what its directory makes`;
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  },
  {
    artefact: 'helm pods',
    how: "the pods' own commands, that of helm test among them, with the pods' own settings and files, over PostgreSQL and Redis; no cluster runs here",
    covers: [],
    async run() {
      const manifests = parseManifests(await render(join(CHART, 'ci/bundled-values.yaml')));
      return await runPods(manifests, keysOf(manifests));
    },
  },
  {
    artefact: 'helm exporters',
    how: "the exporters' own commands with their own settings and files, Debian's programs in the place of the images', asked as Prometheus is told to, over PostgreSQL, Redis and a server with a certificate",
    covers: [],
    async run() {
      const manifests = parseManifests(await render(join(CHART, 'ci/bundled-values.yaml')));
      return await runExporters(manifests, keysOf(manifests));
    },
  },
];
