import type { Command } from 'commander';
import { signOutEverybody } from '../accounts/sign-out-everybody.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf } from './tenant-option.ts';
import { UsageError } from './usage-error.ts';

/** `gatehouse tenant sign-out` */
export function addTenantSignOutCommand(tenants: Command, act: ActionMaker): void {
  tenants
    .command('sign-out')
    .summary('sign everybody of a tenant out, everywhere')
    .description(
      'Ends every session, remembered browser and refresh token of every account, on all servers: after a backup was restored, or when nobody knows who else has them. Passwords, factors and consents stay; people sign in again. Access tokens that an API checks by itself work until they expire.',
    )
    .argument('<slug>', 'the tenant, such as default')
    .option('--yes', 'yes, everybody')
    .addHelpText('after', '\nExample:\n  gatehouse tenant sign-out acme --yes')
    .action(
      act<{ yes?: boolean }>(async (run, [slug = ''], { yes }) => {
        if (yes !== true) {
          throw new UsageError('everybody has to sign in again: say --yes to sign them out');
        }
        const context = await run.open();
        const tenant = await tenantOf(context, slug);
        const accounts = await signOutEverybody(context, tenant, { actor: run.host.operator });
        run.print(
          { tenant: tenant.slug, accounts },
          `Tenant ${tenant.slug}: ${accounts} ${accounts === 1 ? 'account is' : 'accounts are'} signed out everywhere.`,
        );
        return undefined;
      }),
    );
}
