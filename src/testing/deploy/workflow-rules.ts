/** What has to hold of `.github/workflows` beside what actionlint knows. */
import { parse } from 'yaml';
import { z } from 'zod';

const VALUES = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({});
const PERMISSIONS = z.union([z.string(), z.record(z.string(), z.string())]).optional();
const SHELL = z.looseObject({ run: z.looseObject({ shell: z.string().optional() }) }).optional();

const STEP = z.looseObject({
  id: z.string().optional(),
  name: z.string().optional(),
  if: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: VALUES,
  env: VALUES,
});
const RUNNERS = z.looseObject({
  runner: z.array(z.string()).default([]),
  include: z.array(z.looseObject({ runner: z.string().optional() })).default([]),
});
const JOB = z.looseObject({
  uses: z.string().default(''),
  with: VALUES,
  needs: z.union([z.string().transform((job) => [job]), z.array(z.string())]).default([]),
  'runs-on': z.string().default(''),
  strategy: z.looseObject({ matrix: RUNNERS }).optional(),
  environment: z.string().optional(),
  permissions: PERMISSIONS,
  defaults: SHELL,
  env: VALUES,
  concurrency: z.unknown().optional(),
  steps: z.array(STEP).default([]),
});
const WORKFLOW = z.looseObject({
  on: z.record(z.string(), z.unknown()),
  permissions: PERMISSIONS,
  concurrency: z.unknown().optional(),
  defaults: SHELL,
  jobs: z.record(z.string(), JOB),
});

export type Step = z.infer<typeof STEP>;
export type Job = z.infer<typeof JOB>;
type Workflow = z.infer<typeof WORKFLOW>;

/** The workflows by the names of their files, and what they have to agree with. */
export interface Pipeline {
  readonly workflows: ReadonlyMap<string, Workflow>;
  /** Dockerfiles by the directory that they are built in. */
  readonly dockerfiles: ReadonlyMap<string, string>;
  /** The document that says what has to be set. */
  readonly manual: string;
}

/** @throws Error when it is no workflow */
export function parseWorkflow(text: string): Workflow {
  return WORKFLOW.parse(parse(text));
}

/** Everything that does not hold, a sentence for each. */
export function workflowProblems(pipeline: Pipeline): string[] {
  return [...RULES.flatMap((rule) => rule(pipeline)), ...settings(pipeline)];
}

const CI = './.github/workflows/ci.yml';

const RULES: readonly ((pipeline: Pipeline) => string[])[] = [
  eachJob(pinnedActions),
  eachJob(permissions),
  eachJob(secretsOfEnvironments),
  eachJob(pipes),
  eachJob(wayBack),
  eachJob(bases),
  eachJob(releasesAgain),
  tested,
  architectures,
  deploymentsByDigest,
  oneAtATime,
];

/** A rule for jobs one by one; what it says begins with where that is. */
function eachJob(
  rule: (job: Job, workflow: Workflow, pipeline: Pipeline) => string[],
): (pipeline: Pipeline) => string[] {
  return (pipeline) =>
    [...pipeline.workflows].flatMap(([file, workflow]) =>
      Object.entries(workflow.jobs).flatMap(([name, job]) =>
        rule(job, workflow, pipeline).map((problem) => `${file}, ${name}: ${problem}`),
      ),
    );
}

/** A tag can be moved to something that reads secrets, and what is checked out keeps a token there. */
function pinnedActions({ steps }: Job): string[] {
  return steps.flatMap(({ uses, with: inputs }) => {
    if (uses === undefined) return [];
    if (!/@[0-9a-f]{40}$/.test(uses)) return [`${uses} is no commit`];
    const keeps = inputs['persist-credentials'] !== false && inputs.token === undefined;
    return uses.startsWith('actions/checkout@') && keeps ? ['a checkout keeps its token'] : [];
  });
}

/** What shows that a job uses what it may. A permission that is not here, none is asked for. */
const USES: Readonly<Record<string, RegExp>> = {
  'contents: read': /actions\/checkout@|gh api|\.yml/,
  'contents: write': /\bgh release (create|edit|upload)\b/,
  'packages: write': /"password":"\$\{\{ (github\.token|secrets\.GITHUB_TOKEN) \}\}"/,
  'attestations: write': /actions\/attest/,
  'id-token: write': /actions\/attest/,
};

function permissions(job: Job, workflow: Workflow): string[] {
  const granted = job.permissions ?? workflow.permissions;
  if (granted === undefined) return ['names no permissions, and so has the default ones'];
  if (typeof granted === 'string') return [`has ${granted}`];
  return Object.entries(granted)
    .map(([area, access]) => `${area}: ${access}`)
    .filter((permission) => !USES[permission]?.test(JSON.stringify(job.steps) + job.uses))
    .map((permission) => `nothing in it uses ${permission}`);
}

/** A secret of the whole repository is there for every workflow that somebody adds on a branch. */
function secretsOfEnvironments(job: Job): string[] {
  const [secret] = /\bsecrets\.(?!GITHUB_TOKEN)\w+/.exec(JSON.stringify(job)) ?? [];
  if (secret === undefined || job.environment !== undefined) return [];
  return [`reads ${secret}, and is of no environment`];
}

/** GitHub's default shell goes on when what is before a pipe fails. */
function pipes(job: Job, workflow: Workflow): string[] {
  const shell = job.defaults?.run.shell ?? workflow.defaults?.run.shell;
  if (shell === 'bash') return [];
  const piped = job.steps.some(({ run = '' }) => /[^|]\|[^|]/.test(run));
  return piped ? ['has a pipe, and its shell is not said to be bash'] : [];
}

/** Taking back what was never applied takes back what was good. */
function wayBack({ steps }: Job): string[] {
  const back = steps.filter(({ run = '' }) => run.includes('rollout undo'));
  const applying = steps.find(({ run = '' }) => run.includes('kubectl apply'));
  return back.flatMap(({ if: condition = '', run = '' }) => {
    const ran = `steps.${applying?.id}.outcome != 'skipped'`;
    const problems: string[] = [];
    if (!condition.includes(ran)) problems.push(`goes back although not ${ran}`);
    if (!/rollout undo .*--to-revision=/.test(run))
      problems.push('goes back to whatever was before');
    return problems;
  });
}

function buildsOf({ steps }: Job): Step[] {
  return steps.filter(({ uses = '' }) => uses.startsWith('docker/build-push-action@'));
}

/** Each base that can be named by digest is. */
function bases(job: Job, _: Workflow, { dockerfiles }: Pipeline): string[] {
  return buildsOf(job).flatMap(({ with: { context, 'build-args': given = '' } }) => {
    const dockerfile = dockerfiles.get(`${context}`);
    if (dockerfile === undefined) return [`builds ${context}, which has no Dockerfile`];
    return [...dockerfile.matchAll(/^ARG (\w+_DIGEST)=$/gm)]
      .map(([, digest]) => `${digest}=\${{ vars.${digest} }}`)
      .filter((argument) => !`${given}`.split('\n').includes(argument))
      .map((argument) => `builds ${context} without ${argument}`);
  });
}

/** A run that broke off can be run again. */
function releasesAgain({ steps }: Job): string[] {
  return steps
    .filter(({ run = '' }) => run.includes('gh release create') && !run.includes('gh release view'))
    .map(() => 'makes a release without asking whether there is one');
}

/** Whatever holds a secret or may write comes after the tests. */
function tested({ workflows }: Pipeline): string[] {
  const jobs = workflows.get('release.yml')?.jobs ?? {};
  const isTested = (name: string): boolean => {
    const { uses = '', needs = [] } = jobs[name] ?? {};
    return uses === CI || needs.some(isTested);
  };
  const untested = Object.entries(jobs)
    .filter(
      ([name, job]) => /secrets|environment|:"write"/.test(JSON.stringify(job)) && !isTested(name),
    )
    .map(([name]) => `release.yml, ${name}: does not wait for ${CI}`);
  const pushed = Object.values(jobs).some(({ steps }) =>
    steps.some(({ run = '' }) => run.includes('git merge-base --is-ancestor HEAD origin/main')),
  );
  return pushed ? untested : [...untested, 'release.yml: publishes tags that are not on main'];
}

/** What a release is built for is built, and on such a machine, at each commit. */
function architectures({ workflows }: Pipeline): string[] {
  const built = (file: string) =>
    Object.values(workflows.get(file)?.jobs ?? {}).flatMap((job) =>
      buildsOf(job).flatMap((build) =>
        runnersOf(job).map((runner) => `${build.with.context} on ${runner}`),
      ),
    );
  const emulated = [...workflows].flatMap(([file, { jobs }]) =>
    Object.values(jobs)
      .flatMap(buildsOf)
      .filter((build) => build.with.platforms !== undefined)
      .map(
        (build) => `${file}: builds ${build.with.context} for ${build.with.platforms}, emulated`,
      ),
  );
  const known = new Set(built('ci.yml'));
  const unknown = built('release.yml').filter((build) => !known.has(build));
  return [...emulated, ...unknown.map((build) => `release.yml builds ${build}, ci.yml does not`)];
}

function runnersOf(job: Job): string[] {
  if (job['runs-on'] !== `\${{ matrix.runner }}`) return [job['runs-on']];
  const { runner = [], include = [] } = job.strategy?.matrix ?? {};
  return [...runner, ...include.flatMap((one) => one.runner ?? [])];
}

/** What is deployed is what was published and tried before, whoever moves a tag meanwhile. */
function deploymentsByDigest({ workflows }: Pipeline): string[] {
  const jobs = Object.entries(workflows.get('release.yml')?.jobs ?? {});
  const deployments = jobs.filter(([, { uses }]) => uses.endsWith('/deploy.yml'));
  if (deployments.length === 0) return ['release.yml deploys nothing'];
  return deployments.flatMap(([name, { with: inputs }]) =>
    ['image', 'backup-image']
      .filter((image) => !/@\$\{\{ needs\.[\w.-]*digest \}\}$/.test(`${inputs[image]}`))
      .map((image) => `release.yml, ${name}: ${image} ${inputs[image]} is no digest`),
  );
}

/** The same release, or the same environment, is never worked on by two. */
function oneAtATime({ workflows }: Pipeline): string[] {
  return ['release.yml', 'deploy.yml']
    .filter((file) => {
      const { concurrency, jobs = {} } = workflows.get(file) ?? {};
      return [concurrency, ...Object.values(jobs).map((job) => job.concurrency)].every(
        (group) => group === undefined,
      );
    })
    .map((file) => `${file}: two may run at once`);
}

/** What has to be set is written down, and nothing else. */
function settings({ workflows, manual }: Pipeline): string[] {
  const named = (text: string, pattern: RegExp) =>
    new Set([...text.matchAll(pattern)].map(([, name = '']) => name));
  const read = named(JSON.stringify([...workflows.values()]), /\b(?:vars|secrets)\.([A-Z_]+)/g);
  const documented = named(manual, /^\| `([A-Z_]+)` \|/gm);
  return [
    ...[...read]
      .filter((name) => !documented.has(name))
      .map((name) => `${name} is read, and documented nowhere`),
    ...[...documented]
      .filter((name) => !read.has(name))
      .map((name) => `${name} is documented, and nothing reads it`),
  ];
}
