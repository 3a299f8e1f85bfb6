import type { Account } from '../accounts/account.ts';
import type { TotpConfirmation, TotpEnrolment } from '../accounts/enrol-totp.ts';
import type { FactorAttempt } from '../accounts/factor-attempt.ts';
import type { RecoveryVerdict } from '../accounts/recovery-codes.ts';
import type {
  PasskeyCreationOptions,
  PasskeyRegistrationAnswer,
  RegisterPasskeyResult,
} from '../accounts/register-passkey.ts';
import type { RequestedBy } from '../accounts/reset-password.ts';
import type { TotpVerdict } from '../accounts/verify-totp.ts';
import type { Tenant } from '../tenants/tenant.ts';

/** What the pages of second factors ask of `accounts`; `compose-factors.ts` wires it. */
export interface FactorDeps {
  readonly verifyTotp: (tenant: Tenant, attempt: FactorAttempt) => Promise<TotpVerdict>;
  readonly useRecoveryCode: (tenant: Tenant, attempt: FactorAttempt) => Promise<RecoveryVerdict>;
  readonly beginTotp: (
    tenant: Tenant,
    input: { accountId: string; label: string; binding: string },
  ) => Promise<TotpEnrolment>;
  readonly confirmTotp: (
    tenant: Tenant,
    input: { accountId: string; binding: string; code: string; by: RequestedBy },
  ) => Promise<TotpConfirmation>;
  readonly beginPasskey: (
    tenant: Tenant,
    input: { issuer: string; binding: string; account: Account },
  ) => Promise<
    | { readonly outcome: 'offered'; readonly options: PasskeyCreationOptions }
    | { readonly outcome: 'full' }
  >;
  readonly addPasskey: (
    tenant: Tenant,
    input: PasskeyRegistrationAnswer,
  ) => Promise<RegisterPasskeyResult>;
  readonly createRecoveryCodes: (
    tenant: Tenant,
    input: { accountId: string; by: RequestedBy },
  ) => Promise<string[]>;
  readonly rememberBrowser: (
    tenant: Tenant,
    input: { accountId: string; userAgent: string; address: string; requestId: string },
  ) => Promise<{ token: string; expiresAt: Date }>;
  readonly isRememberedBrowser: (
    tenant: Tenant,
    input: { accountId: string; token: string },
  ) => Promise<boolean>;
}
