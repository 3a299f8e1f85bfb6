import type { Command } from 'commander';
import type { Account } from '../accounts/account.ts';
import { requestPasswordReset } from '../accounts/reset-password.ts';
import type { SecondFactors } from '../accounts/second-factor-store.ts';
import { factorsOfAccount } from '../accounts/second-factors.ts';
import { setAccountDisabled } from '../accounts/set-account-disabled.ts';
import { linkWithToken, RESET_PASSWORD_PATH } from '../applications/account-client.ts';
import { rolesOfAccount } from '../applications/roles-of-account.ts';
import { issuerOf } from '../tenants/issuer.ts';
import { addDeleteCommand } from './account-delete-command.ts';
import { addExportCommand } from './account-export-command.ts';
import { addInvitationCommands } from './account-invite-command.ts';
import { addResetFactorsCommand } from './account-reset-factors-command.ts';
import { ACCOUNT_HELP, findAccount } from './find-account.ts';
import { wholeOption } from './parse-options.ts';
import { renderFields, renderTable } from './render-table.ts';
import { assertMayReveal, REVEAL_HELP } from './reveal.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** `gatehouse account list|show|disable|enable|reset-password|reset-factors|export|delete` */
export function addAccountCommands(program: Command, act: ActionMaker): void {
  const account = program
    .command('account')
    .summary('the people of a tenant')
    .description('Accounts are the people of a tenant.');

  withTenant(account.command('list'))
    .summary('the accounts of a tenant')
    .description('Lists the accounts of a tenant by user name, a page at a time.')
    .option('--after <username>', 'begin after this user name')
    .option(
      '--limit <n>',
      `at most so many, up to ${MAX_LIMIT}`,
      wholeOption(1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .addHelpText('after', '\nExample:\n  gatehouse account list --tenant acme --after mallory')
    .action(
      act<{ tenant: string; after?: string; limit: number }>(async (run, _args, options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const { after, limit } = options;
        const page = after === undefined ? { limit } : { after, limit };
        const accounts = await context.accounts.list(tenant.id, page);
        const table = renderTable(
          ['USERNAME', 'E-MAIL', 'NAME', 'STATE', 'ID'],
          accounts.map((one) => [
            one.username,
            one.email,
            typeof one.claims.name === 'string' ? one.claims.name : undefined,
            one.disabled ? 'disabled' : 'enabled',
            one.id,
          ]),
        );
        const more =
          accounts.length === limit
            ? `\n\nThere may be more: --after ${accounts.at(-1)?.username ?? ''}`
            : '';
        run.print(accounts.map(accountDocument), `${table}${more}`);
        return undefined;
      }),
    );

  withTenant(account.command('show').argument('<account>', ACCOUNT_HELP))
    .summary('one account with its claims, roles and second factors')
    .description(
      'Shows one account: its standard claims, its second factors, and its roles, those of its groups too.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse account show alice')
    .action(
      act<{ tenant: string }>(async (run, [identifier = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const found = await findAccount(context, tenant, identifier);
        const roles = await rolesOfAccount(context, tenant.id, found.id);
        const factors = await factorsOfAccount(context, tenant, found.id);
        run.print(
          { ...accountDocument(found), factors: factorsDocument(factors), roles },
          renderFields([
            ['id (sub)', found.id],
            ['username', found.username],
            ['email', found.email],
            ['email verified', found.emailVerified ? 'yes' : 'no'],
            ['state', found.disabled ? 'disabled' : 'enabled'],
            ['created', found.createdAt.toISOString()],
            ['updated', found.updatedAt.toISOString()],
            ['authenticator app', factors.totp && `since ${factors.totp.createdAt.toISOString()}`],
            ['passkeys', String(factors.passkeys)],
            ['recovery codes left', String(factors.recoveryCodesLeft)],
            ...Object.entries(found.claims).map(
              ([name, value]) =>
                [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
            ),
            ['roles', roles.join(', ')],
          ]),
        );
        return undefined;
      }),
    );

  addSwitch(account, act, 'disable', 'it is signed out everywhere and cannot sign in');
  addSwitch(account, act, 'enable', 'it can sign in again');
  addResetPassword(account, act);
  addInvitationCommands(account, act);
  addResetFactorsCommand(account, act);
  addExportCommand(account, act);
  addDeleteCommand(account, act);
}

function addSwitch(
  account: Command,
  act: ActionMaker,
  name: 'disable' | 'enable',
  effect: string,
): void {
  withTenant(account.command(name).argument('<account>', ACCOUNT_HELP))
    .summary(`${name} an account: ${effect}`)
    .description(`Makes the account ${name}d at once: ${effect}. Seeds leave this as it is.`)
    .addHelpText('after', `\nExample:\n  gatehouse account ${name} alice --tenant acme`)
    .action(
      act<{ tenant: string }>(async (run, [identifier = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const { id: accountId, username } = await findAccount(context, tenant, identifier);
        const disabled = name === 'disable';
        const actor = run.host.operator;
        await setAccountDisabled(context, tenant, { accountId, disabled, actor });
        run.print(
          { tenant: tenant.slug, id: accountId, username, disabled },
          `Account ${username} of tenant ${tenant.slug} is ${name}d.`,
        );
        return undefined;
      }),
    );
}

function addResetPassword(account: Command, act: ActionMaker): void {
  withTenant(account.command('reset-password').argument('<account>', ACCOUNT_HELP))
    .summary('make a link that sets a new password, once')
    .description(
      'Prints a link under which the person sets a new password. It works once and for a short time; an older one stops working. The password of now stays until then. Give the link to its owner, and to nobody else.',
    )
    .option('--reveal', REVEAL_HELP)
    .addHelpText('after', '\nExample:\n  gatehouse account reset-password alice')
    .action(
      act<{ tenant: string; reveal?: boolean }>(async (run, [identifier = ''], options) => {
        assertMayReveal(run, options.reveal, 'the link');
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const { id, username } = await findAccount(context, tenant, identifier);
        const { token, expiresAt } = await requestPasswordReset(context, tenant, id, {
          actor: run.host.operator,
        });
        const issuer = issuerOf(tenant, context.publicUrl);
        const link = linkWithToken(issuer, RESET_PASSWORD_PATH, token);
        run.print(
          {
            tenant: tenant.slug,
            id,
            username,
            link,
            expiresAt: expiresAt.toISOString(),
          },
          `Link for ${username}, shown this once:\n\n  ${link}\n\nIt works once, until ${expiresAt.toISOString()}.`,
        );
        return undefined;
      }),
    );
}

function accountDocument(account: Account) {
  const { id, username, email, emailVerified, claims, disabled, createdAt, updatedAt } = account;
  return {
    id,
    username,
    email: email ?? null,
    emailVerified,
    claims,
    disabled,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function factorsDocument({ totp, passkeys, recoveryCodesLeft }: SecondFactors) {
  return {
    totp:
      totp === undefined
        ? null
        : {
            name: totp.name,
            createdAt: totp.createdAt.toISOString(),
            lastUsedAt: totp.lastUsedAt?.toISOString() ?? null,
          },
    passkeys,
    recoveryCodesLeft,
  };
}
