import type { Command } from 'commander';
import type { RegisteredClient } from '../applications/client.ts';
import { NotFoundError } from '../errors.ts';
import { fingerprint } from '../seeds/seed-plan.ts';
import { addRotateSecretCommand } from './client-rotate-secret-command.ts';
import { findClient } from './find-client.ts';
import { renderFields, renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';

/** `gatehouse client list|show|disable|enable|rotate-secret` */
export function addClientCommands(program: Command, act: ActionMaker): void {
  const client = program
    .command('client')
    .summary('the OAuth clients of a tenant')
    .description('Clients are what applications sign people in with. Seed files register them.');

  withTenant(client.command('list'))
    .summary('the clients of a tenant')
    .description('Lists the clients of a tenant with the applications that they belong to.')
    .addHelpText('after', '\nExample:\n  gatehouse client list --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, _args, options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const clients = await context.applications.listClients(tenant.id);
        run.print(
          clients.map((one) => clientDocument(one, context.now())),
          renderTable(
            ['CLIENT', 'APPLICATION', 'AUTHENTICATION', 'GRANTS', 'STATE'],
            clients.map((one) => [
              one.clientId,
              one.application.key,
              String(one.metadata.token_endpoint_auth_method ?? 'client_secret_basic'),
              grantTypesOf(one),
              one.disabled ? 'disabled' : 'enabled',
            ]),
          ),
        );
        return undefined;
      }),
    );

  withTenant(client.command('show').argument('<client_id>', 'the client'))
    .summary('one client with its metadata')
    .description('Shows one client: its metadata, its roles, and the fingerprints of its secrets.')
    .addHelpText('after', '\nExample:\n  gatehouse client show notes-web')
    .action(
      act<{ tenant: string }>(async (run, [clientId = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const found = await findClient(context, tenant, clientId);
        const document = clientDocument(found, context.now());
        run.print(
          document,
          renderFields([
            ['client', document.client_id],
            ['application', `${found.application.name} (${document.application})`],
            ['state', document.disabled ? 'disabled' : 'enabled'],
            ...Object.entries(document.metadata).map(
              ([name, value]) =>
                [name, typeof value === 'string' ? value : JSON.stringify(value)] as const,
            ),
            ...document.secrets.map(
              ({ fingerprint: print, expiresAt }) =>
                ['secret', expiresAt === null ? print : `${print} until ${expiresAt}`] as const,
            ),
            ...Object.entries(document.roles).map(
              ([audience, roles]) => [`roles at ${audience}`, roles.join(', ')] as const,
            ),
          ]),
        );
        return undefined;
      }),
    );

  addSwitch(client, act, 'disable', 'nobody can sign in through it, and it gets no tokens');
  addSwitch(client, act, 'enable', 'it works again as before');
  addRotateSecretCommand(client, act);
}

function addSwitch(
  client: Command,
  act: ActionMaker,
  name: 'disable' | 'enable',
  effect: string,
): void {
  withTenant(client.command(name).argument('<client_id>', 'the client'))
    .summary(`${name} a client: ${effect}`)
    .description(
      `Makes the client ${name}d on every replica, within seconds: ${effect}. Seeds leave this as it is.`,
    )
    .addHelpText('after', `\nExample:\n  gatehouse client ${name} notes-web --tenant acme`)
    .action(
      act<{ tenant: string }>(async (run, [clientId = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const disabled = name === 'disable';
        if (!(await context.applications.setClientDisabled(tenant.id, clientId, disabled))) {
          throw new NotFoundError(`client ${clientId} of tenant ${tenant.slug}`);
        }
        await context.audit.record({
          kind: disabled ? 'client.disabled' : 'client.enabled',
          tenantId: tenant.id,
          outcome: 'success',
          actor: run.host.operator,
          subject: { type: 'client', id: clientId },
          clientId,
        });
        await context.keys.notifications?.announce(tenant.id);
        run.print(
          { tenant: tenant.slug, client_id: clientId, disabled },
          `Client ${clientId} of tenant ${tenant.slug} is ${name}d.`,
        );
        return undefined;
      }),
    );
}

function clientDocument(client: RegisteredClient, now: Date) {
  const { clientId, application, metadata, disabled, secretDigests, rolesByAudience } = client;
  const roles = Object.entries(rolesByAudience).map(([audience, { roles }]) => [audience, roles]);
  return {
    client_id: clientId,
    application: application.key,
    disabled,
    metadata,
    secrets: secretDigests
      .filter(({ expiresAt }) => expiresAt === undefined || expiresAt > now)
      .map(({ digest, expiresAt }) => ({
        fingerprint: fingerprint(digest),
        expiresAt: expiresAt?.toISOString() ?? null,
      })),
    roles: Object.fromEntries(roles) as Record<string, readonly string[]>,
  };
}

function grantTypesOf({ metadata }: RegisteredClient): string {
  const grants = metadata.grant_types;
  return Array.isArray(grants) ? grants.join(', ') : 'authorization_code';
}
