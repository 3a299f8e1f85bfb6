import type { Command } from 'commander';
import type { Account } from '../accounts/account.ts';
import type { RemovedFactors } from '../accounts/second-factor-store.ts';
import { resetSecondFactors } from '../accounts/second-factors.ts';
import { securityNotice } from '../accounts/security-notice.ts';
import { ACCOUNT_PATH } from '../applications/account-client.ts';
import { issuerOf } from '../tenants/issuer.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { CliContext } from './cli-context.ts';
import { ACCOUNT_HELP, findAccount } from './find-account.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';

/** `gatehouse account reset-factors` */
export function addResetFactorsCommand(account: Command, act: ActionMaker): void {
  withTenant(account.command('reset-factors').argument('<account>', ACCOUNT_HELP))
    .summary('remove all second factors of somebody who lost them')
    .description(
      'Removes the authenticator app, the passkeys and the recovery codes of an account, and forgets its remembered browsers. The next sign-in asks for the password alone, or sets a second factor up anew where the tenant requires one. Make sure first that it is the owner who asks: whoever has the password gets in. The owner is told by e-mail.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse account reset-factors alice --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, [identifier = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const found = await findAccount(context, tenant, identifier);
        const removed = await resetSecondFactors(context, tenant, {
          accountId: found.id,
          actor: run.host.operator,
        });
        if (removed.totp || removed.passkeys > 0) await tellOwner(context, tenant, found);
        run.print(
          { tenant: tenant.slug, id: found.id, username: found.username, removed },
          `Removed from account ${found.username} of tenant ${tenant.slug}: ${listOf(removed)}.`,
        );
        return undefined;
      }),
    );
}

/** Whoever talked an operator into this did it behind the owner's back. */
async function tellOwner(context: CliContext, tenant: Tenant, account: Account): Promise<void> {
  const notice = securityNotice(account, {
    event: 'second_factor_removed',
    at: context.now(),
    secureUrl: `${issuerOf(tenant, context.publicUrl)}${ACCOUNT_PATH}`,
  });
  if (notice !== undefined) await context.queueMail(tenant, notice);
}

function listOf({ totp, passkeys, recoveryCodes, browsers }: RemovedFactors): string {
  const parts = [
    ...(totp ? ['the authenticator app'] : []),
    ...counted(passkeys, 'passkey'),
    ...counted(recoveryCodes, 'recovery code'),
    ...counted(browsers, 'remembered browser'),
  ];
  return parts.length === 0 ? 'nothing, it had no second factor' : parts.join(', ');
}

function counted(count: number, what: string): string[] {
  if (count === 0) return [];
  return [count === 1 ? `1 ${what}` : `${count} ${what}s`];
}
