import type { Command } from 'commander';
import { isEmailAddress } from '../accounts/email-address.ts';
import { inviteAccount, revokeInvitation } from '../accounts/invitations.ts';
import { INVITATION_PATH, linkWithToken } from '../applications/account-client.ts';
import { ConflictError, NotFoundError } from '../errors.ts';
import { issuerOf } from '../tenants/issuer.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { CliContext } from './cli-context.ts';
import { renderTable } from './render-table.ts';
import { assertMayReveal, REVEAL_HELP } from './reveal.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';
import { UsageError } from './usage-error.ts';

interface InviteOptions {
  readonly tenant: string;
  readonly role?: readonly string[];
  readonly language?: string;
  readonly reveal?: boolean;
}

/** `gatehouse account invite|invitations|uninvite` */
export function addInvitationCommands(account: Command, act: ActionMaker): void {
  withTenant(account.command('invite').argument('<email>', 'whom to invite'))
    .summary('invite somebody to make an account')
    .description(
      'Sends a link with which somebody makes an account for this address, and for no other. It works once, for seven days; inviting an address again takes the place of the invitation before. The tenant’s registration has to be invite, or open. Where no mail can be sent, the link is printed instead: give it to its owner, and to nobody else.',
    )
    .option(
      '--role <application:role>',
      'a role that the account gets; may be given several times',
      (role: string, before: readonly string[] = []) => [...before, role],
    )
    .option('--language <tag>', 'language of the mail, such as de')
    .option('--reveal', `print the link, too; ${REVEAL_HELP}`)
    .addHelpText(
      'after',
      '\nExample:\n  gatehouse account invite carol@acme.example --tenant acme --role notes:editor',
    )
    .action(
      act<InviteOptions>(async (run, [email = ''], options) => {
        if (!isEmailAddress(email)) throw new UsageError(`${email} is not an e-mail address`);
        const context = await run.open();
        if (!context.mailEnabled || options.reveal === true) {
          assertMayReveal(run, options.reveal, 'the link');
        }
        const tenant = await tenantOf(context, options.tenant);
        const { role: wanted = [] } = options;
        await assertRoles(context, tenant, wanted);
        const invited = await inviteAccount(context, tenant, {
          email,
          roles: wanted,
          locale: options.language,
          linkTo: (token) => linkOf(context, tenant, token),
          actor: run.host.operator,
        });
        if (invited.outcome === 'registration_closed') {
          throw new ConflictError(
            `registration is closed at tenant ${tenant.slug}, to whoever is invited, too: ` +
              'set its settings.registration to invite, or open, in a seed file',
          );
        }
        if (invited.outcome === 'has_account') {
          throw new ConflictError(`${email} has an account of tenant ${tenant.slug} already`);
        }
        const { expiresAt, roles } = invited.invitation;
        const shown = !context.mailEnabled || options.reveal === true;
        const link = linkOf(context, tenant, invited.token);
        run.print(
          {
            tenant: tenant.slug,
            email,
            roles,
            mailed: context.mailEnabled,
            ...(shown ? { link } : {}),
            expiresAt: expiresAt.toISOString(),
          },
          [
            context.mailEnabled
              ? `An invitation is on its way to ${email}.`
              : `No mail can be sent here. Link for ${email}, shown this once:`,
            ...(shown ? [`\n  ${link}\n`] : []),
            `It works once, until ${expiresAt.toISOString()}.`,
          ].join('\n'),
        );
        return undefined;
      }),
    );

  withTenant(account.command('invitations'))
    .summary('who was invited and has no account yet')
    .description('Lists the invitations that still work, the newest first.')
    .addHelpText('after', '\nExample:\n  gatehouse account invitations --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, _args, options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const invitations = await context.invitations.list(tenant.id);
        run.print(
          invitations.map(({ email, roles, createdAt, expiresAt }) => ({
            email,
            roles,
            createdAt: createdAt.toISOString(),
            expiresAt: expiresAt.toISOString(),
          })),
          renderTable(
            ['E-MAIL', 'ROLES', 'INVITED', 'UNTIL'],
            invitations.map(({ email, roles, createdAt, expiresAt }) => [
              email,
              roles.join(', '),
              createdAt.toISOString(),
              expiresAt.toISOString(),
            ]),
          ),
        );
        return undefined;
      }),
    );

  withTenant(account.command('uninvite').argument('<email>', 'who was invited'))
    .summary('take an invitation back')
    .description('Takes an invitation back: its link stops working at once.')
    .addHelpText('after', '\nExample:\n  gatehouse account uninvite carol@acme.example')
    .action(
      act<{ tenant: string }>(async (run, [email = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        if (!(await revokeInvitation(context, tenant, { email, actor: run.host.operator }))) {
          throw new NotFoundError(`invitation for ${email} of tenant ${tenant.slug}`);
        }
        run.print(
          { tenant: tenant.slug, email, invited: false },
          `The invitation for ${email} of tenant ${tenant.slug} works no more.`,
        );
        return undefined;
      }),
    );
}

/** @throws NotFoundError for a role that there is not: a mistyped one would be given to nobody */
async function assertRoles(
  context: Pick<CliContext, 'applications'>,
  tenant: Tenant,
  wanted: readonly string[],
): Promise<void> {
  if (wanted.length === 0) return;
  const known = await context.applications.listRoles(tenant.id);
  for (const role of wanted) {
    if (!known.includes(role)) throw new NotFoundError(`role ${role} of tenant ${tenant.slug}`);
  }
}

function linkOf(context: Pick<CliContext, 'publicUrl'>, tenant: Tenant, token: string): string {
  return linkWithToken(issuerOf(tenant, context.publicUrl), INVITATION_PATH, token);
}
