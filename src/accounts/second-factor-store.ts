import type { TenantId } from '../tenants/tenant.ts';

/** What an account has beside its password. */
export interface SecondFactors {
  readonly totp:
    | {
        /** As the person called it; '' when they did not. */
        readonly name: string;
        readonly createdAt: Date;
        readonly lastUsedAt: Date | undefined;
      }
    | undefined;
  readonly recoveryCodesLeft: number;
  readonly passkeys: number;
}

/** How much of an account was removed. */
export interface RemovedFactors {
  readonly totp: boolean;
  readonly recoveryCodes: number;
  readonly passkeys: number;
  readonly browsers: number;
}

/** All second factors of an account at once. Throws StorageUnavailableError. */
export interface SecondFactorStore {
  /** In one round trip. An account that is not there has none. */
  factorsOf(tenantId: TenantId, accountId: string): Promise<SecondFactors>;
  /** Removes all of them, and the remembered browsers, in one transaction. */
  removeAll(tenantId: TenantId, accountId: string): Promise<RemovedFactors>;
}
