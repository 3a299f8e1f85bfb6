import type { Command } from 'commander';
import { issuerOf } from '../tenants/issuer.ts';
import { describeLogo } from '../tenants/logo-image.ts';
import type { Tenant, TenantBranding } from '../tenants/tenant.ts';
import { renderFields, renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';
import { allTenants, tenantOf } from './tenant-option.ts';
import { addTenantSignOutCommand } from './tenant-sign-out-command.ts';

/** `gatehouse tenant list|show|sign-out` */
export function addTenantCommands(program: Command, act: ActionMaker): void {
  const tenant = program
    .command('tenant')
    .summary('the identity providers of this deployment')
    .description('A tenant is one isolated identity provider. Seed files make and change them.');

  tenant
    .command('list')
    .summary('every tenant with its issuer')
    .description('Lists every tenant with its issuer, the address that applications are given.')
    .addHelpText('after', '\nExample:\n  gatehouse tenant list')
    .action(
      act(async (run) => {
        const context = await run.open();
        const tenants = await allTenants(context);
        const documents = tenants.map((one) => tenantDocument(one, context.publicUrl));
        run.print(
          documents,
          renderTable(
            ['SLUG', 'NAME', 'ISSUER', 'PROFILE', 'STATE'],
            documents.map(({ slug, name, issuer, settings, disabled }) => [
              slug,
              name,
              issuer,
              settings.profile,
              disabled ? 'disabled' : 'enabled',
            ]),
          ),
        );
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

  addTenantSignOutCommand(tenant, act);
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
