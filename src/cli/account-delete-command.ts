import type { Command } from 'commander';
import { deleteAccount } from '../accounts/delete-account.ts';
import { ACCOUNT_HELP, findAccount } from './find-account.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';
import { UsageError } from './usage-error.ts';

/** `gatehouse account delete` */
export function addDeleteCommand(account: Command, act: ActionMaker): void {
  withTenant(account.command('delete').argument('<account>', ACCOUNT_HELP))
    .summary('delete an account for good')
    .description(
      'Deletes the account with everything that is stored of it, and signs it out everywhere. Nothing brings it back. Audit events keep its id. A seed file that names it creates another one. The owner is told by e-mail.',
    )
    .option('--yes', 'yes, for good')
    .addHelpText('after', '\nExample:\n  gatehouse account delete alice --tenant acme --yes')
    .action(
      act<{ tenant: string; yes?: boolean }>(async (run, [identifier = ''], options) => {
        if (options.yes !== true) {
          throw new UsageError('nothing brings a deleted account back: say --yes to delete it');
        }
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const { id: accountId, username } = await findAccount(context, tenant, identifier);
        const by = { actor: run.host.operator };
        await deleteAccount(context, tenant, { accountId, by });
        run.print(
          { tenant: tenant.slug, id: accountId, username, deleted: true },
          `Account ${username} of tenant ${tenant.slug} is deleted.`,
        );
        return undefined;
      }),
    );
}
