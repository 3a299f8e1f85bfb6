import { randomUUID } from 'node:crypto';
import type { AttemptStore } from './accounts/attempt-store.ts';
import { acceptInvitation, findInvitation } from './accounts/invitations.ts';
import type { OneTimeCodeDeps } from './accounts/one-time-code.ts';
import type { PasswordHasher } from './accounts/password-hasher.ts';
import {
  beginRegistration,
  finishRegistration,
  sendRegistrationCode,
} from './accounts/register-account.ts';
import { requestRecovery } from './accounts/request-recovery.ts';
import { requestSignInCode, signInByCode } from './accounts/sign-in-by-code.ts';
import { confirmEmail, requestEmailConfirmation } from './accounts/verify-email.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { BackgroundWork } from './background-work.ts';
import type { Backends } from './compose-backends.ts';
import type { InteractionDeps } from './interactions/interactions.ts';
import type { QueueMail } from './mail/queue-mail.ts';

type Ways = Pick<
  InteractionDeps,
  | 'requestRecovery'
  | 'requestSignInCode'
  | 'signInByCode'
  | 'requestEmailConfirmation'
  | 'confirmEmail'
  | 'beginRegistration'
  | 'sendRegistrationCode'
  | 'finishRegistration'
  | 'findInvitation'
  | 'acceptInvitation'
>;

/** Wires the ways to a first factor, and to an account, that go over a mailbox. */
export function mailboxWays(parts: {
  backends: Backends;
  attempts: AttemptStore;
  audit: AuditLog;
  hasher: PasswordHasher;
  queueMail: QueueMail;
  background: Pick<BackgroundWork, 'run'>;
  lookupKey: string;
  now: () => Date;
}): Ways {
  const { backends, attempts, audit, hasher, queueMail, background, lookupKey, now } = parts;
  const { accounts, invitations } = backends;
  const newId = () => randomUUID();
  const codes: OneTimeCodeDeps = { codes: backends.codes, attempts, audit, lookupKey, now };
  const mailed = { ...codes, accounts, queueMail };
  const registering = { ...mailed, hasher, newId };
  const inviting = { invitations, hasher, audit, newId };

  return {
    requestRecovery: (tenant, request) =>
      requestRecovery(
        { accounts, attempts, audit, queueMail, inBackground: background.run, now },
        tenant,
        request,
      ),
    requestSignInCode: (...input) => requestSignInCode(mailed, ...input),
    signInByCode: (...input) => signInByCode(mailed, ...input),
    requestEmailConfirmation: (...input) => requestEmailConfirmation(mailed, ...input),
    confirmEmail: (...input) => confirmEmail(mailed, ...input),
    beginRegistration: (...input) => beginRegistration(registering, ...input),
    sendRegistrationCode: (...input) => sendRegistrationCode(registering, ...input),
    finishRegistration: (...input) => finishRegistration(registering, ...input),
    findInvitation: (...input) => findInvitation(inviting, ...input),
    acceptInvitation: (...input) => acceptInvitation(inviting, ...input),
  };
}
