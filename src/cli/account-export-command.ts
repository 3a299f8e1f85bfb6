import type { Command } from 'commander';
import { ACCOUNT_HELP, findAccount } from './find-account.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';

/** `gatehouse account export` */
export function addExportCommand(account: Command, act: ActionMaker): void {
  withTenant(account.command('export').argument('<account>', ACCOUNT_HELP))
    .summary('everything that is stored of an account, as JSON')
    .description(
      'Prints everything that is stored of an account, as one JSON document: what its owner can download on the account page (docs/account-data.md). It holds no secret. That it was made is on record.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse account export alice --tenant acme > alice.json')
    .action(
      act<{ tenant: string }>(async (run, [identifier = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const { id: accountId } = await findAccount(context, tenant, identifier);
        const by = { actor: run.host.operator };
        const document = await context.exportAccountData(tenant, { accountId, by });
        run.print(document, JSON.stringify(document, undefined, 2));
        return undefined;
      }),
    );
}
