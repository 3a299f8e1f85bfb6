import { interactionPolicy } from 'oidc-provider';
import type { TenantId } from '../tenants/tenant.ts';
import { type FindAccountDeps, isGated, rolesForClient } from './find-account.ts';

const { Check, Prompt, base } = interactionPolicy;

/** Name of the prompt that refuses accounts without a role in a gated application. */
export const APPLICATION_GATE_PROMPT = 'application_gate';

/**
 * The library's policy with what must hold without a page: an account that is gone or disabled
 * signs in again, and the application gate stands between sign-in and consent, so that single
 * sign-on and `prompt=none` meet it too.
 */
export function createInteractionPolicy(deps: FindAccountDeps, tenantId: TenantId) {
  const policy = base();
  policy.get('login')?.checks.add(
    new Check('account_unavailable', 'End-User authentication is required', (ctx) => {
      const { session, account } = ctx.oidc;
      return session?.accountId !== undefined && account === undefined
        ? Check.REQUEST_PROMPT
        : Check.NO_NEED_TO_PROMPT;
    }),
  );
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
    1,
  );
  return policy;
}
