import type { Config } from '../config/config.ts';
import type { Sealer } from '../crypto/sealing.ts';
import type { KeyStore } from '../keys/key-store.ts';
import type { ResealedKind } from '../keys/reseal-records.ts';
import type { SendProblem } from '../mail/mail-transport.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';

/** What `doctor` looks through. Each part is opened by itself, since any may be what is broken. */
export interface DoctorProbes {
  /** Such as 24.21.0. */
  readonly nodeVersion: string;
  readonly now: () => Date;
  /** @throws ConfigurationError */
  readonly config: () => Config;
  /** @throws whatever keeps the database from being reached */
  readonly openDatabase: () => Promise<DatabaseProbe>;
  /** Undefined where no Redis is configured. @throws whatever keeps it from being reached */
  readonly openRedis: () => Promise<RedisProbe | undefined>;
  /** Connects to the mail server, sends nothing. Undefined where none is configured. */
  readonly lookAtMail: () => Promise<MailProbe | undefined>;
}

export interface MailProbe {
  /** Such as `mail.example.com:587, STARTTLS`. */
  readonly server: string;
  /** Undefined when it would take our mail. */
  readonly failure: SendProblem | undefined;
}

export interface DatabaseProbe {
  readonly look: () => Promise<{
    /** As the server numbers it: 180004 is 18.4. */
    readonly version: number;
    readonly now: Date;
  }>;
  /** Connections: how many there can be for us, who has them, and whether a pooler is between. */
  readonly connections: () => Promise<{
    readonly limit: number;
    readonly left: number;
    readonly ours: number;
    readonly pooled: boolean;
  }>;
  /**
   * Migrations of this release that are not applied yet, and those of a newer one that are.
   *
   * @throws SchemaError when this release does not work with what a newer one did
   */
  readonly schemaState: () => Promise<{
    readonly pending: readonly string[];
    readonly newer: readonly string[];
  }>;
  readonly tenants: Pick<TenantStore, 'list'>;
  readonly keys: Pick<KeyStore, 'load' | 'tenantsDue' | 'tenantsWithoutSuccessor'>;
  readonly sealer: Sealer;
  /** What is sealed under other keys than the first. */
  readonly countOtherSeals: () => Promise<readonly ResealedKind[]>;
  readonly close: () => Promise<void>;
}

export interface RedisProbe {
  readonly look: () => Promise<{
    readonly version: string;
    /** `maxmemory-policy`; empty when the server does not say. */
    readonly evictionPolicy: string;
    readonly now: Date;
  }>;
  readonly close: () => Promise<void>;
}
