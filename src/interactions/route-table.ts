import { INVITATION_PATH, RESET_PASSWORD_PATH } from '../applications/account-client.ts';
import { upstreamCallbackPath } from '../upstream/begin-upstream-sign-in.ts';
import { showInvitation, submitInvitation } from './accept-invitation.ts';
import { continueWithAccount } from './account-choice-step.ts';
import { leaveApplicationGate } from './application-gate-step.ts';
import { submitConsent } from './consent-step.ts';
import { sendEmailCode, submitEmailCode } from './email-code-step.ts';
import { LANGUAGE_PATH, submitLanguage } from './language-choice.ts';
import { submitNewFactor } from './new-factor-step.ts';
import { submitRecovery } from './recover-step.ts';
import { leaveRecoveryCodes } from './recovery-codes-step.ts';
import { resendRegistrationCode, submitRegister, submitRegistrationCode } from './register-step.ts';
import { showResetPassword, submitResetPassword } from './reset-password.ts';
import { chooseFactor, submitSecondFactor } from './second-factor-step.ts';
import { abortInteraction, chooseAnotherAccount, showStep } from './show-step.ts';
import { submitPasskey, submitSignIn } from './sign-in-step.ts';
import type { Step, StepOf } from './step.ts';
import { takeWay } from './take-way.ts';
import { submitUpstreamLink } from './upstream-link-step.ts';
import { ANSWER, beginUpstream, finishUpstream, returnFromUpstream } from './upstream-step.ts';
import { postponeVerifyEmail, sendVerifyEmail, submitVerifyEmail } from './verify-email-step.ts';
import {
  type InteractionDeps,
  type InteractionVisit,
  interactionPath,
  seeOther,
  type Visit,
} from './visit.ts';

/** A hosted route, as data: the router is made from it, and the test that none is unprotected. */
export type HostedRoute = {
  readonly method: 'GET' | 'POST';
  /** Below the tenant's issuer. */
  readonly path: string;
  /**
   * Whether it takes a form, whose origin and anti-CSRF token are checked first; `origin`: only
   * that, because it changes nothing that matters.
   */
  readonly csrf: boolean | 'origin';
} & (
  | {
      /** For the browser that began the interaction, known by its cookie. */
      readonly access: 'interaction';
      readonly handle: (deps: InteractionDeps, visit: InteractionVisit) => Promise<void>;
    }
  | {
      /** For whoever holds a link's token, or for everybody. */
      readonly access: 'link' | 'anyone';
      readonly handle: (deps: InteractionDeps, visit: Visit) => Promise<void>;
    }
);

const INTERACTION = '/interaction/:uid';

/** Every hosted route. */
export const HOSTED_ROUTES: readonly HostedRoute[] = [
  {
    // A form of another release, whose page this browser has open: what comes next is decided here.
    // First, because the last route that fits is taken.
    method: 'POST',
    path: `${INTERACTION}/:form`,
    csrf: 'origin',
    access: 'anyone',
    async handle(_deps, visit) {
      const { uid = '' } = visit.ctx.params;
      seeOther(visit, interactionPath(visit.ctx, encodeURIComponent(uid)));
    },
  },
  { method: 'GET', path: INTERACTION, csrf: false, access: 'interaction', handle: showStep },
  post('sign-in', submitSignIn, 'sign_in'),
  post('passkey', submitPasskey, 'sign_in'),
  post('way', takeWay),
  post('recover', submitRecovery, 'recover'),
  post('email-code-send', sendEmailCode, 'email_code'),
  post('email-code', submitEmailCode, 'email_code'),
  post('register', submitRegister, 'register'),
  post('register-code', submitRegistrationCode, 'register'),
  post('register-resend', resendRegistrationCode, 'register'),
  post('verify-email-send', sendVerifyEmail, 'verify_email'),
  post('verify-email', submitVerifyEmail, 'verify_email'),
  post('verify-email-later', postponeVerifyEmail, 'verify_email'),
  post('second-factor', submitSecondFactor, 'second_factor'),
  post('new-factor', submitNewFactor, 'new_factor'),
  post('factor', chooseFactor),
  post('recovery-codes', leaveRecoveryCodes, 'recovery_codes'),
  post('upstream', beginUpstream, 'sign_in'),
  post('upstream-link', submitUpstreamLink, 'upstream_link'),
  post('continue', continueWithAccount, 'account_choice'),
  post('consent', submitConsent, 'consent'),
  post('gate', leaveApplicationGate, 'application_gate'),
  post('switch', chooseAnotherAccount),
  post('abort', abortInteraction),
  {
    method: 'GET',
    path: `${INTERACTION}/${ANSWER}`,
    csrf: false,
    access: 'interaction',
    handle: finishUpstream,
  },
  {
    method: 'GET',
    path: upstreamCallbackPath(':key'),
    csrf: false,
    access: 'anyone',
    handle: returnFromUpstream,
  },
  {
    method: 'GET',
    path: RESET_PASSWORD_PATH,
    csrf: false,
    access: 'link',
    handle: showResetPassword,
  },
  {
    method: 'POST',
    path: RESET_PASSWORD_PATH,
    csrf: true,
    access: 'link',
    handle: submitResetPassword,
  },
  { method: 'GET', path: INVITATION_PATH, csrf: false, access: 'link', handle: showInvitation },
  { method: 'POST', path: INVITATION_PATH, csrf: true, access: 'link', handle: submitInvitation },
  {
    method: 'POST',
    path: LANGUAGE_PATH,
    csrf: 'origin',
    access: 'anyone',
    handle: submitLanguage,
  },
];

/**
 * A form of an interaction.
 *
 * @param kind - the step that it belongs to: sent at another one (from an old page, or twice), it
 *   leads back to the dispatcher and does nothing; without it, it may be sent at any
 */
function post<Kind extends Step['kind']>(
  name: string,
  handle: (deps: InteractionDeps, visit: InteractionVisit, step: StepOf<Kind>) => Promise<void>,
  kind?: Kind,
): HostedRoute {
  return {
    method: 'POST',
    path: `${INTERACTION}/${name}`,
    csrf: true,
    access: 'interaction',
    async handle(deps, visit) {
      const { ctx, interaction, step } = visit;
      if (kind === undefined || isOfKind(step, kind)) {
        return handle(deps, visit, step as StepOf<Kind>);
      }
      seeOther(visit, interactionPath(ctx, interaction.uid));
    },
  };
}

function isOfKind<Kind extends Step['kind']>(step: Step, kind: Kind): step is StepOf<Kind> {
  return step.kind === kind;
}
