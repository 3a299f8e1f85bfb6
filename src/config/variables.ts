import { z } from 'zod';
import {
  cidrList,
  encryptionKeys,
  headerList,
  headerValue,
  listenAddress,
  mailAddress,
  matching,
  oneOf,
  pemCertificates,
  postgresUrl,
  publicUrl,
  ratio,
  receiverUrl,
  redisUrl,
  sentryDsn,
  smtpUrl,
  wholeNumber,
  wholeNumberOrZero,
} from './value-schemas.ts';

/** A default that is not the same everywhere. `production` falls back to `server`. */
export interface FallbackByMode {
  readonly embedded: string;
  readonly server: string;
  readonly production?: string;
}

/** What a variable is, for people: `.env.example`, the documentation and every problem use it. */
export interface VariableDoc {
  readonly section: string;
  /** What it does, in sentences. */
  readonly about: string;
  /** Completes "expected …". */
  readonly expected: string;
  /** The value when the variable is not set, read like a set one. */
  readonly fallback?: string | FallbackByMode;
  /** Says the default in words where `fallback` cannot. */
  readonly fallbackText?: string;
  /** An example that works, where the default does not show the form. */
  readonly example?: string;
  /** Its value is never shown. */
  readonly secret?: boolean;
}

const docs = z.registry<VariableDoc>();

const PORTS = { expected: 'a port from 1 to 65535', section: 'Addresses' };
const RUNNING = 'Running';
const STATE = 'State';
const MAIL = 'Mail';
const NETWORK = 'Network';
const TELEMETRY = 'Telemetry';

const milliseconds = (max: number) => ({
  expected: `milliseconds, a whole number from 1 to ${max}`,
});

/**
 * The one table of environment variables. Each may also be given as NAME_FILE, the path of a file
 * that holds the value.
 */
export const ENVIRONMENT = z.object({
  NODE_ENV: oneOf('production', 'development', 'test').register(docs, {
    section: RUNNING,
    about:
      'With `production`, nothing is defaulted that must not be: DATABASE_URL, REDIS_URL (or ARTIFACT_STORE=postgres), PUBLIC_URL and KEY_ENCRYPTION_KEYS are required.',
    expected: '`production`, `development` or `test`',
    fallback: 'development',
  }),
  LOG_LEVEL: oneOf('error', 'warn', 'info', 'debug').register(docs, {
    section: RUNNING,
    about: 'Lines of this level and the graver ones are written.',
    expected: '`error`, `warn`, `info` or `debug`',
    fallback: 'info',
  }),
  DATA_DIR: matching(/^[^\0]+$/).register(docs, {
    section: RUNNING,
    about:
      'Directory of the embedded default: its PostgreSQL and its sealing key. Not used with DATABASE_URL.',
    expected: 'a directory',
    fallback: '.data',
  }),
  SHUTDOWN_TIMEOUT_SECONDS: wholeNumber(1, 600).register(docs, {
    section: RUNNING,
    about:
      'From SIGTERM to the end of the process, whatever is still going on. Keep it below the grace period of what sends the signal (Kubernetes: 30).',
    expected: 'seconds, a whole number from 1 to 600',
    fallback: '25',
  }),
  SHUTDOWN_DELAY_SECONDS: wholeNumber(0, 599).register(docs, {
    section: RUNNING,
    about:
      'From "not ready" to refusing connections, so that load balancers notice first. Part of SHUTDOWN_TIMEOUT_SECONDS.',
    expected: 'seconds, a whole number below SHUTDOWN_TIMEOUT_SECONDS',
    fallback: { embedded: '0', server: '0', production: '5' },
  }),

  PUBLIC_URL: publicUrl.optional().register(docs, {
    section: 'Addresses',
    about:
      'Where people and apps reach this deployment; the issuer of the tenant `default`, and `PUBLIC_URL/t/<slug>` of the others. Required in production. Never taken from a request.',
    expected:
      'an https URL (http for a loopback host), with a path or without, no query, fragment or trailing slash',
    fallbackText: '`http://localhost:PORT`',
    example: 'https://login.example.com',
  }),
  HOST: listenAddress().register(docs, {
    section: 'Addresses',
    about: 'Address to listen on.',
    expected: 'an IP address or host name',
    fallback: { embedded: '127.0.0.1', server: '0.0.0.0' },
  }),
  PORT: wholeNumber(1, 65_535).register(docs, {
    ...PORTS,
    about: 'Public port.',
    fallback: '3000',
  }),
  ADMIN_HOST: listenAddress().register(docs, {
    section: 'Addresses',
    about: 'Address that metrics and health are served on. Never route the public to it.',
    expected: 'an IP address or host name',
    fallback: { embedded: '127.0.0.1', server: '0.0.0.0' },
  }),
  ADMIN_PORT: wholeNumber(1, 65_535).register(docs, {
    ...PORTS,
    about: 'Port of `/metrics` and of the health routes.',
    fallback: '9464',
  }),
  PLAYGROUND_PORT: wholeNumber(0, 65_535).register(docs, {
    ...PORTS,
    about:
      'Port of the playground, on the embedded default only; on a loopback address, whatever HOST says. 0 switches it off.',
    expected: 'a port from 1 to 65535, or 0',
    fallback: '3001',
  }),

  DATABASE_URL: postgresUrl.optional().register(docs, {
    section: STATE,
    about:
      'PostgreSQL 15 or newer. Over a network end it with `?sslmode=verify-full`, and where its certificate is signed by your own authority with `&sslrootcert=/path/of/ca.pem`: then nothing is said before the certificate and the name in it are found right. `require` and `verify-ca` mean the same here, and without `sslmode` nothing is encrypted. Not set: the embedded default, with a PostgreSQL of its own in DATA_DIR. Required in production.',
    expected:
      'postgres://user:password@host:5432/database (a socket: postgres://user@localhost/database?host=/directory)',
    example: 'postgres://gatehouse:password@localhost:5432/gatehouse',
    secret: true,
  }),
  DATABASE_READ_URL: postgresUrl.optional().register(docs, {
    section: STATE,
    about:
      'A streaming replica of DATABASE_URL, for what may be some seconds old: the audit log’s lists, people’s own activity, and what metrics count. Nothing that decides anything is read there. While it is away, or more than five seconds behind, DATABASE_URL answers as if there were none. Three connections of each replica of Gatehouse at most.',
    expected: 'postgres://user:password@host:5432/database, as of DATABASE_URL',
    fallbackText: 'none',
    example: 'postgres://gatehouse:password@replica:5432/gatehouse',
    secret: true,
  }),
  DATABASE_POOL_MAX: wholeNumber(3, 1000).register(docs, {
    section: STATE,
    about:
      'Connections that one replica opens at most. Upkeep takes two while it works; the others are for requests.',
    expected: 'a whole number from 3 to 1000',
    fallback: '20',
  }),
  REPLICAS: wholeNumber(1, 10_000).optional().register(docs, {
    section: STATE,
    about:
      'How many replicas there are at most at once, those of a rolling upgrade included; what your orchestrator or autoscaler is told. Nothing but a warning depends on it, at the start and of `gatehouse doctor`: when REPLICAS × DATABASE_POOL_MAX and ten to spare are more connections than PostgreSQL has. Not set: whether this one’s pool fits beside what is taken now.',
    expected: 'a whole number from 1 to 10000',
    fallbackText: 'none',
    example: '3',
  }),
  DATABASE_ACQUIRE_TIMEOUT_MS: wholeNumber(1, 60_000).register(docs, {
    ...milliseconds(60_000),
    section: STATE,
    about: 'How long a request waits for a connection before it is answered with 503.',
    fallback: '3000',
  }),
  DATABASE_STATEMENT_TIMEOUT_MS: wholeNumber(1, 600_000).register(docs, {
    ...milliseconds(600_000),
    section: STATE,
    about:
      'How long one statement may run. A transaction that says nothing for a minute is ended besides, and what it locked is free again.',
    fallback: '10000',
  }),
  DATABASE_IDLE_TIMEOUT_MS: wholeNumber(1000, 3_600_000).register(docs, {
    section: STATE,
    about:
      'How long a connection that nobody needs is kept. Shorter than what stands between (a firewall, pgbouncer’s client_idle_timeout) keeps one.',
    expected: 'milliseconds, a whole number from 1000 to 3600000',
    fallback: '30000',
  }),
  REDIS_URL: redisUrl.optional().register(docs, {
    section: STATE,
    about:
      'Redis 7 or newer. Required in production, unless ARTIFACT_STORE=postgres. Not set: limits are counted in the memory of each process.',
    expected:
      'redis://user:password@host:6379, redis-sentinel://…@host,host#master, redis-cluster://…@host,host, rediss… with TLS, or the path of a socket',
    example: 'rediss://default:password@localhost:6379',
    secret: true,
  }),
  REDIS_CA: pemCertificates.optional().register(docs, {
    section: STATE,
    about:
      'Certificates that those of Redis, its Sentinels and nodes may be signed by besides those that the system trusts. Most easily a file: REDIS_CA_FILE.',
    expected: 'certificates in PEM form',
    fallbackText: 'none',
  }),
  REDIS_COMMAND_TIMEOUT_MS: wholeNumber(1, 60_000).register(docs, {
    ...milliseconds(60_000),
    section: STATE,
    about: 'How long one command may take before the request is answered with 503.',
    fallback: '1000',
  }),
  REDIS_KEY_PREFIX: matching(/^[A-Za-z0-9_.:-]{1,64}$/).register(docs, {
    section: STATE,
    about: 'Begins every key and channel, for a Redis that is shared with others.',
    expected: '1 to 64 letters, digits and any of _ . : -',
    fallback: 'gatehouse:',
  }),
  ARTIFACT_STORE: oneOf('redis', 'postgres').optional().register(docs, {
    section: STATE,
    about:
      'Where sessions, interactions and opaque access tokens live. `postgres` costs a durable write for each, and needs no Redis.',
    expected: '`redis` or `postgres`',
    fallbackText: '`redis` with REDIS_URL, else `postgres`',
  }),
  KEY_ENCRYPTION_KEYS: encryptionKeys.optional().register(docs, {
    section: STATE,
    about:
      'Seals private keys and other secrets in the database. The first key seals, all open. A new one takes over in the order of docs/runbooks/rotate-the-sealing-key.md; keep the old ones until `gatehouse keys reseal` has moved what they sealed. Required with DATABASE_URL; without it, the embedded default makes its own in DATA_DIR. Lost keys cannot be replaced.',
    expected:
      'comma-separated keys of 32 bytes, base64 or base64url each (make one: openssl rand -base64 32)',
    secret: true,
  }),
  SIGNING_KEY_DAYS: wholeNumberOrZero(2, 366).register(docs, {
    section: STATE,
    about:
      'How long a signing key signs before the next one takes over by itself, which has been published for a day by then. What a key signed stays valid: it stays published for as long as a session may last, 90 days unless a tenant says otherwise. So fewer days are more published keys that sign no more, of each algorithm about 3 with 30 and 45 with 2. 0: keys change by `gatehouse keys rotate` alone.',
    expected: 'days, a whole number from 2 to 366, or 0',
    fallback: '30',
  }),

  SMTP_URL: smtpUrl.optional().register(docs, {
    section: MAIL,
    about:
      'Mail server that messages are handed to: smtp:// with STARTTLS (port 587 unless said), or smtps:// with TLS from the start (465). STARTTLS is required, unless the host is a loopback one or the URL ends in `?starttls=off` (without a user and password then); a loopback host is asked for it with `?starttls=required`. Not set: on the embedded default mail lands on a page of the playground; elsewhere mail is off, and with it what needs it.',
    expected: 'smtp://user:password@host:587 or smtps://user:password@host:465',
    example: 'smtp://gatehouse:password@mail.example.com:587',
    secret: true,
  }),
  SMTP_CA: pemCertificates.optional().register(docs, {
    section: MAIL,
    about:
      'Certificates that the mail server’s may be signed by besides those that the system trusts, for a mail server in your own network. Most easily a file: SMTP_CA_FILE.',
    expected: 'certificates in PEM form',
    fallbackText: 'none',
  }),
  MAIL_FROM: mailAddress.optional().register(docs, {
    section: MAIL,
    about:
      'Address that messages come from, and that the mail server must allow. The name beside it is the tenant’s. Required with SMTP_URL.',
    expected: 'an e-mail address without a name',
    fallbackText: '`no-reply@` and the host of PUBLIC_URL, in the playground’s inbox alone',
    example: 'no-reply@login.example.com',
  }),

  TRUSTED_PROXIES: cidrList.optional().register(docs, {
    section: NETWORK,
    about:
      'Addresses of your load balancers. Only from them does X-Forwarded-For count: it says who is calling, for limits and the audit log. They must pass the Host header on as it came.',
    expected: 'comma-separated addresses and CIDR blocks',
    fallbackText: 'none',
    example: '10.0.0.0/8,fd00::/8',
  }),
  OUTBOUND_ALLOW: cidrList.optional().register(docs, {
    section: NETWORK,
    about:
      'Addresses that requests of ours may reach besides public ones (for example a client’s `jwks_uri` or `backchannel_logout_uri` in your own network).',
    expected: 'comma-separated addresses and CIDR blocks',
    fallbackText: 'none',
    example: '10.20.0.0/16',
  }),
  MAX_REQUESTS_IN_FLIGHT: wholeNumber(10, 100_000).register(docs, {
    section: NETWORK,
    about:
      'Requests that one replica works on at once: until they are answered and their work is done, which may go on behind a 503 that was given in time. Those are left out whose bodies, or answers, are still on their way. The next gets 503 with Retry-After, before any work. A guard of memory: what has a cause, such as PostgreSQL or passwords in a queue, is told to come again long before. Health and stylesheets are not counted.',
    expected: 'a whole number from 10 to 100000',
    fallback: '1000',
  }),
  TOKEN_DEADLINE_MS: wholeNumber(100, 60_000).register(docs, {
    ...milliseconds(60_000),
    section: NETWORK,
    about:
      'Requests for tokens, and of applications for claims, are answered by then: 503 with Retry-After, if with nothing else. One that has taken half as long uses no code or token up any more; where it did so before, its answer is waited for, unless it was a refresh token that may be sent again. Two seconds shorter than your load balancers wait for an answer (4 s in deploy/nginx): a busy replica counts only from when it takes a connection.',
    expected: 'milliseconds, a whole number from 100 to 60000',
    fallback: '2000',
  }),
  PAGE_DEADLINE_MS: wholeNumber(100, 60_000).register(docs, {
    section: NETWORK,
    about:
      'The same for pages and whatever else there is: 503, with a page that says to try again. One that has begun to use up what works once, such as a link, a code or the identifier of a session, is waited for instead. Shorter than your load balancers wait (10 s in deploy/nginx), or one slow database, or one slow provider that people sign in with, has them pass over replicas that are well.',
    expected: 'milliseconds, a whole number from 100 to 60000',
    fallback: '8000',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: receiverUrl().optional().register(docs, {
    section: TELEMETRY,
    about:
      'A collector that traces go to, by OTLP over HTTP, in JSON, at `/v1/traces` below this address. Not set: nothing is traced, and nothing of OpenTelemetry’s SDK is loaded. This and the next three are standard variables of OpenTelemetry; of its others the exporter reads OTEL_EXPORTER_OTLP_CERTIFICATE and OTEL_EXPORTER_OTLP_COMPRESSION. While it does not answer, up to 8,192 spans wait. An address in your own network needs no OUTBOUND_ALLOW: it is yours.',
    expected: 'an http or https URL, without a user, query or fragment',
    example: 'http://collector:4318',
  }),
  OTEL_EXPORTER_OTLP_HEADERS: headerList.optional().register(docs, {
    section: TELEMETRY,
    about: 'Headers for the collector, such as its API key.',
    expected: 'comma-separated name=value, values percent-encoded',
    fallbackText: 'none',
    secret: true,
  }),
  OTEL_TRACES_SAMPLER: oneOf(
    'always_on',
    'always_off',
    'traceidratio',
    'parentbased_always_on',
    'parentbased_always_off',
    'parentbased_traceidratio',
  ).register(docs, {
    section: TELEMETRY,
    about:
      'Which requests are traced. With `parentbased_…` whoever is in front of Gatehouse decides where they said so in `traceparent`, which counts from TRUSTED_PROXIES alone.',
    expected:
      '`always_on`, `always_off`, `traceidratio`, `parentbased_always_on`, `parentbased_always_off` or `parentbased_traceidratio`',
    fallback: 'parentbased_always_on',
  }),
  OTEL_TRACES_SAMPLER_ARG: ratio.register(docs, {
    section: TELEMETRY,
    about: 'The share of traces that the samplers with `traceidratio` take.',
    expected: 'a number from 0 to 1',
    fallback: '1',
  }),
  SEQ_URL: receiverUrl().optional().register(docs, {
    section: TELEMETRY,
    about:
      'A Seq server that log lines go to besides stdout. While it does not answer, up to 10,000 lines wait; what is more is lost and counted in `telemetry_dropped_total`.',
    expected: 'an http or https URL, without a user, query or fragment',
    fallbackText: 'none',
    example: 'http://seq:5341',
  }),
  SEQ_API_KEY: headerValue.optional().register(docs, {
    section: TELEMETRY,
    about: 'The API key that Seq wants, if it wants one.',
    expected: 'an API key of Seq',
    fallbackText: 'none',
    secret: true,
  }),
  SENTRY_DSN: sentryDsn.optional().register(docs, {
    section: TELEMETRY,
    about:
      'An error tracker that speaks the Sentry protocol. It is told of unexpected errors: where in the program, in which request, tenant and route; nothing personal, no bodies and no headers. While it does not answer, or wants quiet, up to 100 errors wait.',
    expected: 'https://key@host/project',
    fallbackText: 'none',
    secret: true,
  }),

  PROVIDER_POOL_SIZE: wholeNumber(1, 100_000).register(docs, {
    section: 'Tenants',
    about:
      'Tenants kept ready in memory, about 125 KiB each. More than that at once cost most of the throughput: see docs/scale.md.',
    expected: 'a whole number from 1 to 100000',
    fallback: '200',
  }),
  TENANT_POLL_SECONDS: wholeNumber(1, 3600).register(docs, {
    section: 'Tenants',
    about: 'How late a change of a tenant may be noticed when its notification was lost.',
    expected: 'seconds, a whole number from 1 to 3600',
    fallback: '5',
  }),
});

/** Name of a variable that Gatehouse reads. */
export type VariableName = keyof typeof ENVIRONMENT.shape;

/** All names, in the order of the table. */
export const VARIABLE_NAMES: readonly VariableName[] = ENVIRONMENT.keyof().options;

/** What the table says of a variable. */
export function documentationOf(name: VariableName): VariableDoc {
  const doc = docs.get(ENVIRONMENT.shape[name]);
  if (doc === undefined) throw new Error(`${name} is not documented`);
  return doc;
}
