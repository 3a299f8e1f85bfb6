/** What Docker Compose makes of compose files: its own loader, built from its Go module. */
import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { NotToBeHad, ROOT, runProgram } from './trial.ts';

const SOURCE = join(ROOT, 'src/testing/deploy/compose-check');
const PROGRAM = join(ROOT, '.cache/go-tools/compose-check');

interface Mount {
  readonly type: string;
  readonly source?: string;
  readonly target: string;
  readonly read_only?: boolean;
}

interface Amounts {
  readonly cpus?: number;
  readonly memory?: string;
  readonly pids?: number;
}

export interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command: readonly string[] | null;
  readonly user?: string;
  readonly restart?: string;
  readonly environment?: Readonly<Record<string, string | null>>;
  readonly secrets?: readonly { readonly source: string; readonly target: string }[];
  readonly configs?: readonly { readonly source: string }[];
  readonly volumes?: readonly Mount[];
  readonly tmpfs?: readonly string[];
  readonly networks?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly { readonly host_ip?: string; readonly target: number }[];
  readonly depends_on?: Readonly<Record<string, { condition: string; required: boolean }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly security_opt?: readonly string[];
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly cap_drop?: readonly string[];
  readonly logging?: { readonly options?: Readonly<Record<string, string>> };
  readonly stop_grace_period?: string;
  readonly deploy?: {
    readonly replicas?: number;
    readonly resources?: { readonly limits?: Amounts; readonly reservations?: Amounts };
  };
}

export interface Project {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks?: Readonly<Record<string, { internal?: boolean }>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, { file?: string; environment?: string }>>;
}

/**
 * Builds the loader, once for its sources: Go itself sees whether there is something to do.
 *
 * @throws NotToBeHad when there is no Go here, or one that is too old, or no module
 */
export async function buildLoader(): Promise<void> {
  const env = { ...process.env, GOTOOLCHAIN: 'local', GOFLAGS: '-mod=readonly' };
  try {
    await runProgram('go', ['build', '-o', PROGRAM, '.'], { cwd: SOURCE, env });
    await access(PROGRAM);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NotToBeHad(`compose-go, built by Go: ${reason}`, { cause: error });
  }
}

/**
 * Loads files as `docker compose --env-file … -f … -f …` does, with every profile: parsed,
 * interpolated, merged and checked for what they refer to.
 *
 * @throws Error with what the loader says
 */
export async function loadProject(envFile: string, files: readonly string[]): Promise<Project> {
  // Nothing of this environment gets in.
  const env = { PATH: process.env.PATH };
  return JSON.parse((await runProgram(PROGRAM, [envFile, ...files], { env })).stdout);
}

/** @throws AssertionError when the project has no such service */
export function mustHave(project: Project, name: string): Service {
  const service = project.services[name];
  assert.ok(service, `no service ${name}`);
  return service;
}
