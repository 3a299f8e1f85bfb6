/** Runs the scripts in `.github/workflows` as GitHub does, on this machine. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runScript } from './run-script.ts';
import { ROOT } from './trial.ts';
import { type Job, parseWorkflow, type Step } from './workflow-rules.ts';

/** Programs that are not to be reached from here, by what is written down and answered in their place. */
type StandIns = Readonly<Record<string, string>>;

/** A machine on which jobs run. */
export interface Machine {
  /** Where everything of it is; `bin/` is first on the path. */
  readonly home: string;
  /** The value of each expression, such as `inputs.image`. One that is not here must not be asked for. */
  readonly values: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}

export interface StepRun {
  readonly code: number | null;
  /** What it printed, to stdout and stderr. */
  readonly said: string;
  /** What it wrote to `GITHUB_OUTPUT` and to `GITHUB_ENV`. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
}

/** @param standIns - bash of each program; what it is told is in `told` already */
export async function writeStandIns(home: string, standIns: StandIns): Promise<void> {
  await mkdir(join(home, 'bin'), { recursive: true });
  for (const [program, answer] of Object.entries(standIns)) {
    const path = join(home, 'bin', program);
    await writeFile(
      path,
      `#!/bin/bash\necho "${program} $*" >>'${join(home, 'told')}'\n${answer}\n`,
    );
    await chmod(path, 0o755);
  }
}

/** What stand-ins were told, a line for each call. */
export async function toldOn(home: string): Promise<string> {
  return await readFile(join(home, 'told'), 'utf8').catch(() => '');
}

export async function jobOf(file: string, name: string): Promise<Job> {
  const { jobs } = parseWorkflow(await readFile(join(ROOT, '.github/workflows', file), 'utf8'));
  const job = jobs[name];
  if (job === undefined) throw new Error(`${file} has no job ${name}`);
  return job;
}

/** @param name - as the step says what it is */
export function stepOf({ steps }: Job, name: string): Step {
  const step = steps.find((one) => one.name === name);
  if (step?.run === undefined) throw new Error(`there is no step ${name} that runs something`);
  return step;
}

/** Runs one script, with the variables of its job and its own. */
export async function runStep(
  machine: Machine,
  job: Job,
  step: Step,
  cwd: string,
): Promise<StepRun> {
  const { home, values } = machine;
  const output = join(home, 'output');
  const environment = join(home, 'environment');
  for (const file of [output, environment]) await writeFile(file, '');
  const given = Object.entries({ ...job.env, ...step.env });
  const env = {
    PATH: `${join(home, 'bin')}:${dirname(process.execPath)}:${process.env.PATH ?? ''}`,
    HOME: home,
    RUNNER_TEMP: home,
    GITHUB_OUTPUT: output,
    GITHUB_ENV: environment,
    ...machine.env,
    ...Object.fromEntries(given.map(([name, value]) => [name, fill(`${value}`, values)])),
  };
  const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', step.run ?? ''];
  const { code, stdout, stderr } = await runScript('env', ['-C', cwd, ...bash], env);
  return {
    code,
    said: stdout + stderr,
    outputs: await assignments(output),
    environment: await assignments(environment),
  };
}

/**
 * Runs the scripts of a job one after the other, until one fails; then those that are for that.
 *
 * @returns what the first that failed was called, and all that was said
 */
export async function runJob(
  machine: Machine,
  job: Job,
  cwd: string,
): Promise<{ failed: string | undefined; said: string }> {
  const outcomes = new Map<string, string>();
  let env = machine.env;
  let failed: string | undefined;
  let said = '';
  for (const step of job.steps) {
    if (step.run === undefined || !isDue(step, machine.values, outcomes, failed !== undefined))
      continue;
    const run = await runStep({ ...machine, env }, job, step, cwd);
    env = { ...env, ...run.environment };
    said += run.said;
    if (step.id !== undefined) outcomes.set(step.id, run.code === 0 ? 'success' : 'failure');
    if (run.code !== 0) failed ??= step.name;
  }
  return { failed, said };
}

/** Of GitHub's expressions as much as the workflows have. */
function isDue(
  { if: condition }: Step,
  values: Machine['values'],
  outcomes: ReadonlyMap<string, string>,
  failed: boolean,
): boolean {
  const parts = condition?.split(' && ') ?? [];
  const wanted = parts.includes('failure()');
  return (
    wanted === failed &&
    parts
      .filter((part) => part !== 'failure()')
      .every((part) => {
        const [, left, operator, right] = /^([\w.]+) (==|!=) '(\w+)'$/.exec(part) ?? [];
        if (left === undefined) throw new Error(`it is not known here what ${part} means`);
        const [, step] = /^steps\.(\w+)\.outcome$/.exec(left) ?? [];
        const value = step === undefined ? values[left] : (outcomes.get(step) ?? 'skipped');
        return (value === right) === (operator === '==');
      })
  );
}

function fill(text: string, values: Machine['values']): string {
  return text.replaceAll(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`it is not known here what ${expression} is`);
    return value;
  });
}

async function assignments(file: string): Promise<Record<string, string>> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s, 2)));
}
