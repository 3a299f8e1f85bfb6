import { recordRefusal } from '../grants/record-grant.ts';
import { showAccountChoice } from './account-choice-step.ts';
import { showApplicationGate } from './application-gate-step.ts';
import { consentDecision, showConsent } from './consent-step.ts';
import { showEmailCode } from './email-code-step.ts';
import { finishInteraction, refuseInteraction } from './finish-interaction.ts';
import { showNewFactor } from './new-factor-step.ts';
import { noteAndProceed } from './proceed.ts';
import { showRecovery } from './recover-step.ts';
import { showRecoveryCodes } from './recovery-codes-step.ts';
import { showRegister } from './register-step.ts';
import { showSecondFactor } from './second-factor-step.ts';
import { PROGRESS } from './sign-in-progress.ts';
import { showSignIn } from './sign-in-step.ts';
import { STORED } from './step.ts';
import { showUpstreamLink } from './upstream-link-step.ts';
import { showVerifyEmail } from './verify-email-step.ts';
import type { InteractionDeps, InteractionVisit } from './visit.ts';

/** The dispatcher: shows whatever an interaction needs next. */
export async function showStep(deps: InteractionDeps, visit: InteractionVisit): Promise<void> {
  const { step } = visit;
  switch (step.kind) {
    case 'sign_in':
      return showSignIn(deps, visit, step);
    case 'register':
      return showRegister(deps, visit, step);
    case 'recover':
      return showRecovery(deps, visit, step);
    case 'email_code':
      return showEmailCode(deps, visit, step);
    case 'verify_email':
      return showVerifyEmail(deps, visit, step);
    case 'second_factor':
      return showSecondFactor(deps, visit, step);
    case 'new_factor':
      return showNewFactor(deps, visit, step);
    case 'recovery_codes':
      return showRecoveryCodes(deps, visit, step);
    case 'upstream_link':
      return showUpstreamLink(deps, visit, step);
    case 'account_choice':
      return showAccountChoice(deps, visit, step);
    case 'consent':
      return showConsent(deps, visit, step);
    case 'application_gate':
      return showApplicationGate(deps, visit, step);
    case 'finish':
      return finishInteraction(visit, step.result);
  }
}

/** "Cancel" and "Don't allow": the client hears `access_denied`; nothing else happens. */
export async function abortInteraction(
  deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  const { step } = visit;
  if (step.kind === 'consent') {
    await recordRefusal(deps, visit.ctx.state.tenant, consentDecision(visit, step));
  }
  await refuseInteraction(visit, 'the End-User did not go on');
}

/**
 * "Not you?": remembers, in the interaction, that the person wants another account, and asks for
 * it. Nobody is signed out by that: the session ends only when another account has signed in, and
 * the protocol itself ends it.
 */
export async function chooseAnotherAccount(
  deps: InteractionDeps,
  visit: InteractionVisit,
): Promise<void> {
  await noteAndProceed(deps, visit, {
    [STORED.chooseAccount]: true,
    [STORED.way]: undefined,
    [STORED.sent]: undefined,
    [STORED.factor]: undefined,
    [STORED.recoveryCodes]: undefined,
    [STORED.upstreamIdentity]: undefined,
    [STORED.upstreamProblem]: undefined,
    [PROGRESS]: undefined,
  });
}
