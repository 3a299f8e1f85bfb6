import type { TenantId } from '../tenants/tenant.ts';

/** What a one-time code proves. */
export type OneTimeCodePurpose = 'verify_email' | 'sign_in' | 'register' | 'change_email';

/** Codes sent by e-mail, as keyed digests. Throws StorageUnavailableError. */
export interface OneTimeCodeStore {
  /** Stores a code in the place of the one before it under the same `lookup`. */
  save(
    tenantId: TenantId,
    code: {
      readonly lookup: string;
      readonly purpose: OneTimeCodePurpose;
      readonly nonce: string;
      readonly digest: string;
      readonly expiresAt: Date;
    },
  ): Promise<void>;
  /**
   * Counts a try, before it is known whether it is right: of any number at once no more than
   * `maxTries` get to compare.
   *
   * @returns undefined when there is no live code, or it has been tried too often
   */
  countTry(
    tenantId: TenantId,
    lookup: string,
    maxTries: number,
  ): Promise<
    { readonly nonce: string; readonly digest: string; readonly triesLeft: number } | undefined
  >;
  /** Uses a code up: of any number at once exactly one wins. False when it is not there any more. */
  use(tenantId: TenantId, lookup: string, digest: string): Promise<boolean>;
}
