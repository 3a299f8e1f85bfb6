import { join } from 'node:path';
import type { Config } from './config.ts';
import { ConfigurationError, type ConfigurationProblem } from './configuration-error.ts';
import { isGiven, missing, type RawEnvironment } from './read-env.ts';
import type { Secrets } from './secrets.ts';
import { shown } from './value-schemas.ts';
import { documentationOf, ENVIRONMENT, VARIABLE_NAMES, type VariableName } from './variables.ts';

/** File of the embedded default's own sealing keys, inside DATA_DIR. */
const KEY_FILE = 'key-encryption-keys';

interface Situation {
  readonly mode: Config['mode'];
  readonly production: boolean;
}

/**
 * Turns the environment into configuration.
 *
 * @returns `config` may be printed, `secrets` may not; both are frozen
 * @throws ConfigurationError with every problem of the environment, those of reading included
 */
export function parseConfig(raw: RawEnvironment): { config: Config; secrets: Secrets } {
  const situation: Situation = {
    mode: isGiven(raw, 'DATABASE_URL') ? 'server' : 'embedded',
    production: raw.values.NODE_ENV === 'production',
  };
  const filled = withFallbacks(raw.values, situation);
  const parsed = ENVIRONMENT.safeParse(filled);
  const problems = [
    ...raw.problems,
    ...(parsed.success ? [] : parsed.error.issues.map((issue) => problemOf(issue, filled))),
    ...missingProblems(raw, situation),
    ...contradictions(filled),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigurationError(problems);

  const values = parsed.data;
  const publicUrl = values.PUBLIC_URL ?? new URL(`http://localhost:${values.PORT}`).origin;
  const config: Config = {
    mode: situation.mode,
    production: situation.production,
    publicUrl,
    host: values.HOST,
    port: values.PORT,
    adminHost: values.ADMIN_HOST,
    adminPort: values.ADMIN_PORT,
    playgroundPort:
      situation.mode === 'embedded' && values.PLAYGROUND_PORT > 0
        ? values.PLAYGROUND_PORT
        : undefined,
    dataDir: values.DATA_DIR,
    artifactStore: values.ARTIFACT_STORE ?? (values.REDIS_URL ? 'redis' : 'postgres'),
    database: {
      poolMax: values.DATABASE_POOL_MAX,
      acquireTimeoutMs: values.DATABASE_ACQUIRE_TIMEOUT_MS,
      statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT_MS,
      idleTimeoutMs: values.DATABASE_IDLE_TIMEOUT_MS,
    },
    replicas: values.REPLICAS,
    redis: {
      commandTimeoutMs: values.REDIS_COMMAND_TIMEOUT_MS,
      keyPrefix: values.REDIS_KEY_PREFIX,
    },
    mail: {
      delivery: mailDelivery(situation, values),
      from: values.MAIL_FROM ?? `no-reply@${new URL(publicUrl).hostname}`,
    },
    trustedProxies: values.TRUSTED_PROXIES ?? [],
    outboundAllow: values.OUTBOUND_ALLOW ?? [],
    signingKeyDays: values.SIGNING_KEY_DAYS,
    maxRequestsInFlight: values.MAX_REQUESTS_IN_FLIGHT,
    tokenDeadlineMs: values.TOKEN_DEADLINE_MS,
    pageDeadlineMs: values.PAGE_DEADLINE_MS,
    providerPoolSize: values.PROVIDER_POOL_SIZE,
    tenantPollSeconds: values.TENANT_POLL_SECONDS,
    shutdownTimeoutSeconds: values.SHUTDOWN_TIMEOUT_SECONDS,
    shutdownDelaySeconds: values.SHUTDOWN_DELAY_SECONDS,
    logLevel: values.LOG_LEVEL,
    traceSampling: { sampler: values.OTEL_TRACES_SAMPLER, ratio: values.OTEL_TRACES_SAMPLER_ARG },
  };
  const secrets: Secrets = {
    keyEncryptionKeys:
      values.KEY_ENCRYPTION_KEYS === undefined
        ? { kind: 'file', path: join(values.DATA_DIR, KEY_FILE) }
        : { kind: 'keys', keys: values.KEY_ENCRYPTION_KEYS },
    databaseUrl: values.DATABASE_URL,
    databaseReadUrl: values.DATABASE_READ_URL,
    redis: values.REDIS_URL && { ...values.REDIS_URL, ca: values.REDIS_CA },
    smtp: values.SMTP_URL && { ...values.SMTP_URL, ca: values.SMTP_CA },
    telemetry: {
      otlp:
        values.OTEL_EXPORTER_OTLP_ENDPOINT === undefined
          ? undefined
          : {
              url: `${values.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`,
              headers: values.OTEL_EXPORTER_OTLP_HEADERS ?? {},
            },
      seq:
        values.SEQ_URL === undefined
          ? undefined
          : { url: values.SEQ_URL, apiKey: values.SEQ_API_KEY },
      sentry: values.SENTRY_DSN,
    },
  };
  return { config: frozen(config), secrets: frozen(secrets) };
}

function mailDelivery(
  situation: Situation,
  values: { SMTP_URL?: unknown; PLAYGROUND_PORT: number },
): Config['mail']['delivery'] {
  if (values.SMTP_URL !== undefined) return 'smtp';
  return situation.mode === 'embedded' && values.PLAYGROUND_PORT > 0 ? 'inbox' : 'off';
}

function withFallbacks(values: RawEnvironment['values'], situation: Situation) {
  const filled: Partial<Record<VariableName, string>> = { ...values };
  for (const name of VARIABLE_NAMES) {
    const fallback = documentationOf(name).fallback;
    if (filled[name] !== undefined || fallback === undefined) continue;
    if (typeof fallback === 'string') filled[name] = fallback;
    else if (situation.production) filled[name] = fallback.production ?? fallback.server;
    else filled[name] = fallback[situation.mode];
  }
  return filled;
}

function problemOf(
  issue: { code: string; path: readonly PropertyKey[]; message: string },
  filled: RawEnvironment['values'],
): ConfigurationProblem {
  const name = VARIABLE_NAMES.find((candidate) => candidate === issue.path[0]);
  if (name === undefined) throw new Error('an issue without a variable');
  const doc = documentationOf(name);
  const value = doc.secret ? 'something else (not shown)' : shown(filled[name] ?? '');
  return { name, expected: doc.expected, found: issue.code === 'custom' ? issue.message : value };
}

/** What must be given, in this situation. */
function missingProblems(raw: RawEnvironment, situation: Situation): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const require = (name: VariableName, because: string) => {
    if (!isGiven(raw, name)) problems.push(missing(name, because));
  };
  const inProduction = 'required with NODE_ENV=production';
  const artifactStore = raw.values.ARTIFACT_STORE;

  if (situation.production) {
    require('DATABASE_URL', inProduction);
    require('PUBLIC_URL', inProduction);
  }
  if (situation.production || situation.mode === 'server') {
    require('KEY_ENCRYPTION_KEYS', situation.production
      ? inProduction
      : 'required with DATABASE_URL');
  }
  if (isGiven(raw, 'SMTP_URL')) require('MAIL_FROM', 'required with SMTP_URL');
  if (artifactStore === 'redis') {
    require('REDIS_URL', 'required with ARTIFACT_STORE=redis');
  } else if (situation.production && artifactStore === undefined) {
    require('REDIS_URL', `${inProduction}, unless ARTIFACT_STORE=postgres`);
  }
  return problems;
}

/** What is right alone and wrong together. */
function contradictions(filled: RawEnvironment['values']): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const ports = (['PORT', 'ADMIN_PORT', 'PLAYGROUND_PORT'] as const).filter(
    (name) => name !== 'PLAYGROUND_PORT' || filled.DATABASE_URL === undefined,
  );
  for (const [index, name] of ports.entries()) {
    const other = ports.slice(0, index).find((earlier) => filled[earlier] === filled[name]);
    if (other !== undefined) {
      const found = shown(filled[name] ?? '');
      problems.push({ name, expected: `another port than ${other}`, found });
    }
  }
  for (const [name, user, found] of [
    ['DATABASE_READ_URL', 'DATABASE_URL', 'a replica of nothing'],
    ['SMTP_CA', 'SMTP_URL', 'certificates'],
    ['REDIS_CA', 'REDIS_URL', 'certificates'],
    ['SEQ_API_KEY', 'SEQ_URL', 'a key (not shown)'],
  ] as const) {
    if (filled[name] === undefined || filled[user] !== undefined) continue;
    const expected = `nothing without ${user}, for nothing would use it`;
    problems.push({ name, expected, found });
  }
  const delay = Number(filled.SHUTDOWN_DELAY_SECONDS);
  if (delay >= Number(filled.SHUTDOWN_TIMEOUT_SECONDS)) {
    problems.push({
      name: 'SHUTDOWN_DELAY_SECONDS',
      expected: `fewer than SHUTDOWN_TIMEOUT_SECONDS (${filled.SHUTDOWN_TIMEOUT_SECONDS})`,
      found: String(delay),
    });
  }
  return problems;
}

/** Frozen all the way down; buffers cannot be frozen and stay as they are. */
function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) {
    if (typeof inner === 'object' && inner !== null && !Buffer.isBuffer(inner)) frozen(inner);
  }
  return Object.freeze(value);
}
