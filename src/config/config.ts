import type { SealingKeySource } from './secrets.ts';

/**
 * Configuration: environment variables (each also as NAME_FILE), validated together, frozen.
 * Only this room touches `process.env`. Units are in the names.
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
  readonly database: {
    /** Undefined on the embedded default. */
    readonly url: string | undefined;
    readonly poolMax: number;
    readonly acquireTimeoutMs: number;
    readonly statementTimeoutMs: number;
  };
  readonly redis: {
    /** Undefined: artifacts go to PostgreSQL, limits to memory. */
    readonly url: string | undefined;
    readonly commandTimeoutMs: number;
    readonly keyPrefix: string;
  };
  /** CIDR blocks whose X-Forwarded-* headers count. */
  readonly trustedProxies: readonly string[];
  /** CIDR blocks that outbound requests may reach besides public addresses. */
  readonly outboundAllow: readonly string[];
  /** Providers kept in memory. */
  readonly providerPoolSize: number;
  /** Seconds between two looks for changed tenants, when notifications are lost. */
  readonly tenantPollSeconds: number;
  readonly shutdownTimeoutSeconds: number;
  /** Seconds between "not ready" and closing, for load balancers to notice. */
  readonly shutdownDelaySeconds: number;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
}

/** Kept apart from Config, so that logging a Config can never print a secret. */
export interface Secrets {
  /** Opens and seals; the embedded default keeps its own in DATA_DIR. */
  readonly keyEncryptionKeys: SealingKeySource;
}
