import type { AttemptStore } from './accounts/attempt-store.ts';
import { beginTotpEnrolment, confirmTotpEnrolment } from './accounts/enrol-totp.ts';
import { createRecoveryCodes, useRecoveryCode } from './accounts/recovery-codes.ts';
import {
  beginPasskeyRegistration,
  finishPasskeyRegistration,
} from './accounts/register-passkey.ts';
import { isRememberedBrowser, rememberBrowser } from './accounts/remember-browser.ts';
import { verifyTotp } from './accounts/verify-totp.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { FactorDeps } from './interactions/factor-deps.ts';
import type { OriginsInUse } from './keys/tenant-origins.ts';

/** Wires what the pages of second factors ask of `accounts`. */
export function factorDeps(parts: {
  backends: Pick<Backends, 'totp' | 'passkeys' | 'recoveryCodes' | 'browsers' | 'sealer'>;
  attempts: AttemptStore;
  audit: AuditLog;
  lookupKey: string;
  originsOf: OriginsInUse['of'];
  now: () => Date;
}): FactorDeps {
  const { attempts, audit, lookupKey, originsOf, now } = parts;
  const { totp, passkeys, recoveryCodes, browsers, sealer } = parts.backends;
  return {
    verifyTotp: (tenant, attempt) =>
      verifyTotp({ totp, sealer, attempts, audit, now }, tenant, attempt),
    useRecoveryCode: (tenant, attempt) =>
      useRecoveryCode({ recoveryCodes, lookupKey, originsOf, attempts, audit }, tenant, attempt),
    beginTotp: (tenant, input) => beginTotpEnrolment({ totp, sealer, now }, tenant, input),
    confirmTotp: (tenant, input) =>
      confirmTotpEnrolment({ totp, sealer, audit, now }, tenant, input),
    beginPasskey: (tenant, input) => beginPasskeyRegistration({ passkeys, now }, tenant, input),
    addPasskey: (tenant, input) =>
      finishPasskeyRegistration({ passkeys, audit, now }, tenant, input),
    createRecoveryCodes: (tenant, input) =>
      createRecoveryCodes({ recoveryCodes, audit, lookupKey }, tenant, input),
    rememberBrowser: (tenant, input) => rememberBrowser({ browsers, audit, now }, tenant, input),
    isRememberedBrowser: (tenant, input) => isRememberedBrowser({ browsers }, tenant, input),
  };
}
