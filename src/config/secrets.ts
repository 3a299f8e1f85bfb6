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

/** Kept apart from Config, so that logging a Config can never print a secret. */
export interface Secrets {
  /** Opens and seals; the embedded default keeps its own in DATA_DIR. */
  readonly keyEncryptionKeys: SealingKeySource;
  /** `postgres://…`, with its password; undefined on the embedded default. */
  readonly databaseUrl: string | undefined;
  /** `redis://…`, `rediss://…` or a socket's path; undefined: limits live in memory. */
  readonly redisUrl: string | undefined;
  /** Undefined: mail goes to the playground's inbox, or is off. */
  readonly smtp: SmtpServer | undefined;
}
