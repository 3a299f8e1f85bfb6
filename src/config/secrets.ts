/**
 * KEY_ENCRYPTION_KEYS as configured: 32-byte keys, base64 or base64url, comma-separated; the first
 * seals, all open. On the embedded default without the variable: a file in DATA_DIR, created with
 * mode 0600 at the first start.
 */
export type SealingKeySource =
  | { readonly kind: 'keys'; readonly keys: readonly Buffer[] }
  | { readonly kind: 'file'; readonly path: string };

/** Where mail goes, from SMTP_URL and SMTP_CA. */
export interface SmtpServer {
  readonly host: string;
  readonly port: number;
  /** `smtps:`: TLS from the first byte. */
  readonly implicitTls: boolean;
  /** `smtp:` with STARTTLS or nothing; false on loopback hosts and with `?starttls=off`. */
  readonly startTls: boolean;
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
  /** Certificates, PEM, that are trusted besides the system's. */
  readonly ca: string | undefined;
}

/** Where Redis is, from REDIS_URL and REDIS_CA. */
export interface RedisServers {
  /** One server, one that Sentinels know the address of, or a Cluster. */
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  /** Servers, Sentinels or nodes of the Cluster; empty with a `path`. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** Of a socket. */
  readonly path: string | undefined;
  readonly database: number;
  /** What Sentinels call the server; empty without them. */
  readonly masterName: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly sentinelUser: string | undefined;
  readonly sentinelPassword: string | undefined;
  /** Certificates, PEM, that are trusted besides the system's. */
  readonly ca: string | undefined;
}

/** Where telemetry goes besides stdout and `/metrics`; undefined: nowhere. */
export interface TelemetryReceivers {
  /** Of traces, with what it wants in headers. */
  readonly otlp:
    | { readonly url: string; readonly headers: Readonly<Record<string, string>> }
    | undefined;
  /** Of log lines. */
  readonly seq: { readonly url: string; readonly apiKey: string | undefined } | undefined;
  /** Of unexpected errors: where it takes envelopes, and the key that lets in. */
  readonly sentry: { readonly url: string; readonly publicKey: string } | undefined;
}

/** Kept apart from Config, so that logging a Config can never print a secret. */
export interface Secrets {
  /** Opens and seals; the embedded default keeps its own in DATA_DIR. */
  readonly keyEncryptionKeys: SealingKeySource;
  /** `postgres://…`, with its password; undefined on the embedded default. */
  readonly databaseUrl: string | undefined;
  /** Of a streaming replica of it; undefined: there is none. */
  readonly databaseReadUrl: string | undefined;
  /** Undefined: limits live in memory. */
  readonly redis: RedisServers | undefined;
  /** Undefined: mail goes to the playground's inbox, or is off. */
  readonly smtp: SmtpServer | undefined;
  readonly telemetry: TelemetryReceivers;
}
