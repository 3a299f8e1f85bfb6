import type { AccountStore } from '../accounts/account-store.ts';
import type { AccountData } from '../accounts/export-account-data.ts';
import type { InvitationStore } from '../accounts/invitation-store.ts';
import type { PasswordHasher } from '../accounts/password-hasher.ts';
import type { RequestedBy } from '../accounts/reset-password.ts';
import type { SecondFactorStore } from '../accounts/second-factor-store.ts';
import type { ApplicationStore } from '../applications/application-store.ts';
import type { UnfinishedImport } from '../archives/archive-store.ts';
import type { exportTenant, TenantExport } from '../archives/export-tenant.ts';
import type { importTenant, ProvenArchive } from '../archives/import-tenant.ts';
import type { ArchiveFile } from '../archives/read-archive.ts';
import type { AuditEvent } from '../audit/audit-event.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ResealReport } from '../compose-reseal.ts';
import type { KeyDeps } from '../keys/change-key-set.ts';
import type { MailOutbox } from '../mail/mail-outbox.ts';
import type { QueueMail } from '../mail/queue-mail.ts';
import type { SeedEndings } from '../seeds/apply-seed.ts';
import type { LoadSeedDeps } from '../seeds/load-seed-files.ts';
import type { SeedStore } from '../seeds/seed-store.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { TenantStore } from '../tenants/tenant-store.ts';
import type { UpstreamReport } from '../upstream/check-upstream-provider.ts';
import type { UpstreamProvider } from '../upstream/upstream.ts';
import type { UpstreamFailure } from '../upstream/upstream-failure.ts';
import type { UpstreamProviderStore } from '../upstream/upstream-provider-store.ts';
import type { DoctorProbes } from './doctor-probes.ts';

/**
 * What commands work with: the stores and the deployment's secrets, opened for the time of one
 * command. The composition root makes it; a test makes its own.
 */
export interface CliContext {
  /** Issuer of the default tenant, no trailing slash. */
  readonly publicUrl: string;
  readonly tenants: TenantStore;
  readonly applications: ApplicationStore;
  readonly accounts: AccountStore;
  readonly invitations: InvitationStore;
  readonly upstreams: UpstreamProviderStore;
  /** Asks a provider of others whether it is what our settings say. */
  readonly checkUpstream: (provider: UpstreamProvider) => Promise<UpstreamReport | UpstreamFailure>;
  readonly factors: SecondFactorStore;
  readonly seeds: SeedStore;
  /** Ends the sessions and tokens of those that seeds remove. */
  readonly seedEndings: SeedEndings;
  readonly audit: AuditLog;
  readonly keys: KeyDeps;
  /** Asked for only when the schema is there: they are stored in the database. */
  readonly secrets: () => Promise<CliSecrets>;
  /** Adds a cookie signing key, which replicas sign with once all of them know it. */
  readonly rotateCookieKeys: () => Promise<void>;
  /** Moves what is sealed to the first sealing key; leaves an audit event. */
  readonly reseal: (input: {
    /** Counts alone. */
    readonly dryRun: boolean;
    readonly actor: AuditEvent['actor'];
  }) => Promise<ResealReport>;
  readonly validateClient: LoadSeedDeps['validateClient'];
  /** Whole tenants as files. */
  readonly archives: ArchiveCommands;
  /** Ends every session and refresh token of an account. */
  readonly endAccountSessions: (tenant: Tenant, accountId: string) => Promise<void>;
  /** Everything that is stored of an account; leaves an audit event. */
  readonly exportAccountData: (
    tenant: Tenant,
    input: { readonly accountId: string; readonly by: RequestedBy },
  ) => Promise<AccountData>;
  readonly mailOutbox: Pick<MailOutbox, 'list' | 'find' | 'makeDue' | 'forgetAccount'>;
  /** Whether this deployment can send mail. */
  readonly mailEnabled: boolean;
  /** A running server sends what a command queues, within seconds. */
  readonly queueMail: QueueMail;
  readonly schema: {
    /**
     * @returns migrations of a newer release, with which this one works
     * @throws SchemaError when this release does not work with the database
     */
    assertKnown(): Promise<string[]>;
    /** What is not applied yet, in order, and what a newer release has applied. */
    state(): Promise<{ readonly pending: string[]; readonly newer: string[] }>;
    /**
     * Applies what is pending, unless a newer release has migrated the database.
     *
     * @param options.stopped - nothing else uses the database
     */
    migrate(options?: {
      stopped?: boolean;
    }): Promise<{ readonly applied: string[]; readonly newer: string[] }>;
  };
  readonly now: () => Date;
}

/** What writes a tenant into a file, and brings it back from one; each leaves an audit event. */
export interface ArchiveCommands {
  write(
    tenant: Tenant,
    input: Omit<Parameters<typeof exportTenant>[2], 'issuer'>,
  ): Promise<TenantExport>;
  /** Reads a file to its end; changes nothing. */
  examine(file: ArchiveFile, input: { readonly as: string | undefined }): Promise<ProvenArchive>;
  bring(
    file: ArchiveFile,
    proven: ProvenArchive,
    input: Parameters<typeof importTenant>[3],
  ): ReturnType<typeof importTenant>;
  /** Removes what an interrupted import has written. */
  discard(unfinished: UnfinishedImport, actor: AuditEvent['actor']): Promise<void>;
}

export interface CliSecrets {
  readonly clientSecretPepper: string;
  readonly passwords: PasswordHasher;
}

/** A context that is closed when the command has ended, however it ended. */
export type OpenCliContext = CliContext & { readonly close: () => Promise<void> };

/** How much of the deployment a command needs. */
export interface OpenOptions {
  /** Leaves Redis alone, which may not be there yet when the database is migrated. */
  readonly databaseOnly?: boolean;
}

/** Where a command reads and writes. */
export interface CliHost {
  readonly version: string;
  /** @throws ConfigurationError, and whatever keeps the database or Redis from being reached */
  readonly openContext: (options?: OpenOptions) => Promise<OpenCliContext>;
  readonly doctor: DoctorProbes;
  readonly readEnv: (name: string) => string | undefined;
  /** Takes whole lines. */
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Whether a person reads stdout: secrets are shown to no pipe unasked. */
  readonly isTerminal: boolean;
  /** Columns of the terminal; undefined for a pipe. */
  readonly columns: number | undefined;
  /** Who runs the command, for the audit log. */
  readonly operator: AuditEvent['actor'];
}
