/**
 * Configuration: environment variables (each also as NAME_FILE), validated together, frozen.
 * Only this room touches `process.env`. Units are in the names.
 *
 * `read-env.ts` reads, `variables.ts` is the one table of what there is, `parse-config.ts` turns
 * it into the types below, and `render-config-docs.ts` writes `.env.example` and
 * `docs/configuration.md` from the same table. What may open a database stands in Secrets, so
 * that a Config can be printed.
 */
export interface Config {
  /** `embedded`: no DATABASE_URL, our own PostgreSQL in DATA_DIR, playground and demo seed. */
  readonly mode: 'embedded' | 'server';
  /** NODE_ENV=production. */
  readonly production: boolean;
  /** Issuer of the default tenant, no trailing slash. */
  readonly publicUrl: string;
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  readonly adminHost: string;
  readonly adminPort: number;
  /** Embedded default only; undefined switches the playground off. */
  readonly playgroundPort: number | undefined;
  readonly dataDir: string;
  /** Where sessions, interactions and opaque access tokens live. */
  readonly artifactStore: 'redis' | 'postgres';
  readonly database: {
    readonly poolMax: number;
    readonly acquireTimeoutMs: number;
    readonly statementTimeoutMs: number;
    readonly idleTimeoutMs: number;
  };
  /** Replicas that there are at most at once; undefined: nobody has said. */
  readonly replicas: number | undefined;
  readonly redis: {
    readonly commandTimeoutMs: number;
    readonly keyPrefix: string;
  };
  readonly mail: {
    /**
     * `smtp`: to SMTP_URL. `inbox`: to the playground's own page, on the embedded default without
     * SMTP_URL. `off`: nowhere, and what needs mail says so.
     */
    readonly delivery: 'smtp' | 'inbox' | 'off';
    /** Address that messages come from; the name beside it is the tenant's. */
    readonly from: string;
  };
  /** CIDR blocks whose X-Forwarded-For counts. */
  readonly trustedProxies: readonly string[];
  /** CIDR blocks that outbound requests may reach besides public addresses. */
  readonly outboundAllow: readonly string[];
  /** Days that a signing key signs before the next one takes over; 0: until an operator rotates. */
  readonly signingKeyDays: number;
  /** Requests that a replica works on at once; the next is told to come again. */
  readonly maxRequestsInFlight: number;
  /** Milliseconds after which a request of a machine is answered at the latest. */
  readonly tokenDeadlineMs: number;
  /** The same of every other. */
  readonly pageDeadlineMs: number;
  /** Providers kept in memory. */
  readonly providerPoolSize: number;
  /** Seconds between two looks for changed tenants, when notifications are lost. */
  readonly tenantPollSeconds: number;
  readonly shutdownTimeoutSeconds: number;
  /** Seconds between "not ready" and closing, for load balancers to notice. */
  readonly shutdownDelaySeconds: number;
  /** Which requests are traced, where there is a collector. */
  readonly traceSampling: TraceSampling;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
}

/** By the standard names of OpenTelemetry. */
export interface TraceSampling {
  readonly sampler:
    | 'always_on'
    | 'always_off'
    | 'traceidratio'
    | 'parentbased_always_on'
    | 'parentbased_always_off'
    | 'parentbased_traceidratio';
  /** For the samplers by ratio, from 0 to 1. */
  readonly ratio: number;
}
