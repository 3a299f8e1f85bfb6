import type { Command } from 'commander';
import { issuerOf } from '../tenants/issuer.ts';
import { describeLogo } from '../tenants/logo-image.ts';
import { setTenantDisabled } from '../tenants/set-tenant-disabled.ts';
import type { Tenant, TenantBranding } from '../tenants/tenant.ts';
import { wholeOption } from './parse-options.ts';
import { renderFields, renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';
import { addTenantArchiveCommands } from './tenant-archive-commands.ts';
import { tenantOf } from './tenant-option.ts';
import { addTenantSignOutCommand } from './tenant-sign-out-command.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** `gatehouse tenant list|show|disable|enable|sign-out|export|import` */
export function addTenantCommands(program: Command, act: ActionMaker): void {
  const tenant = program
    .command('tenant')
    .summary('the identity providers of this deployment')
    .description('A tenant is one isolated identity provider. Seed files make and change them.');

  tenant
    .command('list')
    .summary('the tenants with their issuers')
    .description(
      'Lists tenants by slug, a page at a time, with their issuers: the addresses that applications are given.',
    )
    .option('--after <slug>', 'begin after this slug')
    .option(
      '--limit <n>',
      `at most so many, up to ${MAX_LIMIT}`,
      wholeOption(1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  gatehouse tenant list\n  gatehouse tenant list --after mallory --limit 1000',
    )
    .action(
      act<{ after?: string; limit: number }>(async (run, _args, { after, limit }) => {
        const context = await run.open();
        const page = after === undefined ? { limit } : { after, limit };
        const tenants = await context.tenants.list(page);
        const documents = tenants.map((one) => tenantDocument(one, context.publicUrl));
        const table = renderTable(
          ['SLUG', 'NAME', 'ISSUER', 'PROFILE', 'STATE'],
          documents.map(({ slug, name, issuer, settings, disabled }) => [
            slug,
            name,
            issuer,
            settings.profile,
            disabled ? 'disabled' : 'enabled',
          ]),
        );
        const more =
          tenants.length === limit
            ? `\n\nThere may be more: --after ${tenants.at(-1)?.slug ?? ''}`
            : '';
        run.print(documents, `${table}${more}`);
        return undefined;
      }),
    );

  tenant
    .command('show')
    .summary('one tenant with its settings')
    .description('Shows one tenant with its settings, the defaults filled in.')
    .argument('<slug>', 'the tenant, such as default')
    .addHelpText('after', '\nExample:\n  gatehouse tenant show default')
    .action(
      act(async (run, [slug = '']) => {
        const context = await run.open();
        const document = tenantDocument(await tenantOf(context, slug), context.publicUrl);
        const { settings } = document;
        run.print(
          document,
          renderFields([
            ['slug', document.slug],
            ['name', document.name],
            ['issuer', document.issuer],
            ['discovery', `${document.issuer}/.well-known/openid-configuration`],
            ['state', document.disabled ? 'disabled' : 'enabled'],
            ['version', document.version],
            ['profile', settings.profile],
            ['signing algorithms', settings.signingAlgorithms.join(', ')],
            ['access token algorithm', settings.accessTokenAlgorithm],
            ...Object.entries(settings.lifetimes),
            ['registration', settings.registration],
            ['second factors', settings.mfa],
            ['sign-in by e-mailed code', settings.emailCode ? 'yes' : 'no'],
            ...brandingFields(settings.branding),
          ]),
        );
        return undefined;
      }),
    );

  addSwitch(tenant, act, 'disable', 'it answers to nobody');
  addSwitch(tenant, act, 'enable', 'people sign in again');
  addTenantSignOutCommand(tenant, act);
  addTenantArchiveCommands(tenant, act);
}

function addSwitch(
  tenants: Command,
  act: ActionMaker,
  name: 'disable' | 'enable',
  effect: string,
): void {
  tenants
    .command(name)
    .summary(`${name} a tenant: ${effect}`)
    .description(
      `Makes the tenant ${name}d on all servers within seconds: ${effect}. Nothing of it is lost. Seeds leave this as it is.`,
    )
    .argument('<slug>', 'the tenant, such as acme')
    .addHelpText('after', `\nExample:\n  gatehouse tenant ${name} acme`)
    .action(
      act(async (run, [slug = '']) => {
        const context = await run.open();
        const tenant = await tenantOf(context, slug);
        const disabled = name === 'disable';
        const { notifications } = context.keys;
        const deps = { tenants: context.tenants, notifications, audit: context.audit };
        await setTenantDisabled(deps, tenant, { disabled, actor: run.host.operator });
        run.print({ tenant: slug, disabled }, `Tenant ${slug} is ${name}d.`);
        return undefined;
      }),
    );
}

function brandingFields({ logo, welcomeText, ...texts }: TenantBranding): [string, string][] {
  return [
    ...Object.entries(texts),
    ...(logo === undefined ? [] : [['logo', describeLogo(logo) ?? 'damaged'] as [string, string]]),
    ...Object.entries(welcomeText ?? {}).map(
      ([language, text]) => [`welcomeText ${language}`, text] as [string, string],
    ),
  ];
}

function tenantDocument(tenant: Tenant, publicUrl: string) {
  const { id, slug, name, settings, version, disabled } = tenant;
  return { id, slug, name, issuer: issuerOf(tenant, publicUrl), settings, version, disabled };
}
