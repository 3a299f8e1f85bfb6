import { offersPasskeys } from '../accounts/passkey.ts';
import type { SignInPurpose } from '../accounts/passkey-challenge.ts';
import type {
  PasskeyRequestOptions,
  PasskeySignInResult,
} from '../accounts/sign-in-with-passkey.ts';
import { PASSKEY_FIELD } from './pages/passkey-form.ts';
import { type InteractionDeps, type InteractionVisit, parameter } from './visit.ts';

/**
 * What a page of an interaction asks an authenticator, for `passkeyForm`. An answer counts in the
 * same interaction alone, and only the page that was shown last can be answered.
 *
 * @returns undefined where passkeys are not used: in a tenant without second factors, on an issuer
 *   where browsers offer none, of an account that has none
 * @throws StorageUnavailableError
 */
export async function askForPasskey(
  deps: Pick<InteractionDeps, 'beginPasskeySignIn'>,
  visit: InteractionVisit,
  asked: SignInPurpose,
): Promise<PasskeyRequestOptions | undefined> {
  if (!takesPasskeys(visit)) return undefined;
  const { tenant, issuer } = visit.ctx.state;
  const binding = visit.interaction.uid;
  const begun = await deps.beginPasskeySignIn(tenant, { asked, issuer, binding });
  return begun.outcome === 'offered' ? begun.options : undefined;
}

/**
 * Checks the answer that a form brought.
 *
 * @param asked - as it was when the page was shown
 * @throws StorageUnavailableError; nobody was signed in
 */
export async function takePasskey(
  deps: Pick<InteractionDeps, 'finishPasskeySignIn'>,
  visit: InteractionVisit,
  asked: SignInPurpose,
): Promise<PasskeySignInResult> {
  if (!takesPasskeys(visit)) return { outcome: 'rejected', outdated: false };
  const { ctx, form, interaction } = visit;
  const { tenant, issuer, address, requestId } = ctx.state;
  const clientId = parameter(interaction, 'client_id');
  return deps.finishPasskeySignIn(tenant, {
    asked,
    issuer,
    binding: interaction.uid,
    response: form.get(PASSKEY_FIELD) ?? '',
    address,
    requestId,
    ...(clientId === undefined ? {} : { clientId }),
  });
}

/** Where nobody has a second factor, nothing that is two by itself is added or used. */
function takesPasskeys({ ctx }: InteractionVisit): boolean {
  const { tenant, issuer } = ctx.state;
  return tenant.settings.mfa !== 'off' && offersPasskeys(issuer);
}
