import { decodeJwt } from 'jose';
import { interactionPolicy } from 'oidc-provider';
import { levelOf, satisfies } from '../accounts/acr.ts';
import { requiredAcr } from '../accounts/required-acr.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type FindAccountDeps, isGated, rolesForClient } from './find-account.ts';
import { inProtocol } from './protocol-errors.ts';

const { Check, Prompt, base } = interactionPolicy;

/** Name of the prompt that refuses accounts without a role in a gated application. */
export const APPLICATION_GATE_PROMPT = 'application_gate';

/** What `prompt=none` hears; checks that are added later do not get it from their prompt. */
const LOGIN_REQUIRED = 'login_required';

export interface InteractionPolicyDeps extends FindAccountDeps {
  /** Whether an account has a second factor. */
  readonly hasSecondFactor: (tenantId: string, accountId: string) => Promise<boolean>;
}

/**
 * The library's policy with what must hold without a page: an account that is gone or disabled
 * signs in again, a session that proved too little proves more, and the application gate stands
 * between sign-in and consent, so that single sign-on and `prompt=none` meet them too.
 */
export function createInteractionPolicy(deps: InteractionPolicyDeps, tenant: Tenant) {
  const tenantId = tenant.id;
  const policy = base();
  const login = policy.get('login');
  login?.checks.remove('id_token_hint');
  login?.checks.add(hintedAccountCheck());
  login?.checks.add(
    new Check(
      'account_unavailable',
      'End-User authentication is required',
      LOGIN_REQUIRED,
      (ctx) => {
        const { session, account } = ctx.oidc;
        return session?.accountId !== undefined && account === undefined
          ? Check.REQUEST_PROMPT
          : Check.NO_NEED_TO_PROMPT;
      },
    ),
  );
  login?.checks.add(acrCheck(deps, tenant));
  // First: whoever chooses by signing in is not asked to sign in again.
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0);
  policy.add(
    new Prompt(
      { name: APPLICATION_GATE_PROMPT, requestable: false },
      async (ctx) => {
        const client = await deps.catalog.client(ctx.oidc.client?.clientId ?? '');
        return { applicationName: client?.application.name };
      },
      new Check(
        'no_role',
        'the End-User has no role in this application',
        'access_denied',
        async (ctx) => {
          const { account } = ctx.oidc;
          if (account === undefined || !(await isGated(deps, ctx))) return Check.NO_NEED_TO_PROMPT;
          const { roles } = await rolesForClient(deps, tenantId, ctx, account.accountId);
          return roles.length === 0 ? Check.REQUEST_PROMPT : Check.NO_NEED_TO_PROMPT;
        },
      ),
    ),
    policy.findIndex(({ name }) => name === 'consent'),
  );
  return policy;
}

/**
 * Holds the session against `id_token_hint`, after a sign-in too. The library's own check knows
 * the hint only before it, and would let whoever then signs in go on: a MUST NOT.
 *
 * The hint is not verified again: it was when the request came, and is kept sealed since.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (`id_token_hint`)
 */
function hintedAccountCheck() {
  return new Check(
    'id_token_hint',
    'id_token_hint and authenticated subject do not match',
    LOGIN_REQUIRED,
    (ctx) => {
      const hint = ctx.oidc.params?.id_token_hint;
      return typeof hint !== 'string' || decodeJwt(hint).sub === ctx.oidc.session?.accountId
        ? Check.NO_NEED_TO_PROMPT
        : Check.REQUEST_PROMPT;
    },
  );
}

/**
 * Holds the session's `acr` against the tenant's policy and the client's `acr_values`, so that
 * nobody comes by a second factor through a session that never had one. An essential `acr` claim
 * is the library's own check.
 */
function acrCheck(deps: Pick<InteractionPolicyDeps, 'hasSecondFactor'>, tenant: Tenant) {
  return new Check(
    'acr_too_low',
    'End-User authentication with a second factor is required',
    LOGIN_REQUIRED,
    async (ctx) => {
      const { account, session, params } = ctx.oidc;
      const { mfa: policy } = tenant.settings;
      if (account === undefined || policy === 'off') return Check.NO_NEED_TO_PROMPT;
      const wish = params?.acr_values;
      const asked = typeof wish === 'string' ? wish.split(' ') : [];
      const enough = (hasFactor: boolean) =>
        satisfies(session && levelOf(session), requiredAcr({ policy, hasFactor, asked }));
      // Most sessions are enough for whoever has a second factor: then nobody needs to look.
      if (enough(true)) return Check.NO_NEED_TO_PROMPT;
      const hasFactor = await inProtocol(deps.hasSecondFactor(tenant.id, account.accountId));
      return enough(hasFactor) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT;
    },
  );
}
