import { continueWithAccount } from './account-choice-step.ts';
import { leaveApplicationGate } from './application-gate-step.ts';
import { submitConsent } from './consent-step.ts';
import { showResetPassword, submitResetPassword } from './reset-password.ts';
import { abortInteraction, chooseAnotherAccount, showStep } from './show-step.ts';
import { submitSignIn } from './sign-in-step.ts';
import type { InteractionDeps, InteractionVisit, Visit } from './visit.ts';

/** A hosted route, as data: the router is made from it, and the test that none is unprotected. */
export type HostedRoute = {
  readonly method: 'GET' | 'POST';
  /** Below the tenant's issuer. */
  readonly path: string;
  /** Whether it takes a form, whose origin and anti-CSRF token are checked first. */
  readonly csrf: boolean;
} & (
  | {
      /** For the browser that began the interaction, known by its cookie. */
      readonly access: 'interaction';
      readonly handle: (deps: InteractionDeps, visit: InteractionVisit) => Promise<void>;
    }
  | {
      /** For whoever holds a link's token. */
      readonly access: 'link';
      readonly handle: (deps: InteractionDeps, visit: Visit) => Promise<void>;
    }
);

const INTERACTION = '/interaction/:uid';
const RESET_PASSWORD = '/account/reset-password';

/** Every hosted route. */
export const HOSTED_ROUTES: readonly HostedRoute[] = [
  { method: 'GET', path: INTERACTION, csrf: false, access: 'interaction', handle: showStep },
  post('sign-in', submitSignIn),
  post('continue', continueWithAccount),
  post('consent', submitConsent),
  post('gate', leaveApplicationGate),
  post('abort', abortInteraction),
  post('switch', chooseAnotherAccount),
  { method: 'GET', path: RESET_PASSWORD, csrf: false, access: 'link', handle: showResetPassword },
  { method: 'POST', path: RESET_PASSWORD, csrf: true, access: 'link', handle: submitResetPassword },
];

function post(
  name: string,
  handle: (deps: InteractionDeps, visit: InteractionVisit) => Promise<void>,
): HostedRoute {
  return {
    method: 'POST',
    path: `${INTERACTION}/${name}`,
    csrf: true,
    access: 'interaction',
    handle,
  };
}
