import type { Command } from 'commander';
import { NotFoundError } from '../errors.ts';
import { issuerOf } from '../tenants/issuer.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { upstreamCallbackPath } from '../upstream/begin-upstream-sign-in.ts';
import type { UpstreamReport } from '../upstream/check-upstream-provider.ts';
import type { UpstreamProvider } from '../upstream/upstream.ts';
import type { UpstreamFailure } from '../upstream/upstream-failure.ts';
import type { CliContext } from './cli-context.ts';
import { describeFindings, type Finding, ok, problem, warning } from './doctor-findings.ts';
import { EXIT } from './exit-codes.ts';
import { renderFields, renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';

/** `gatehouse upstream list|show|check|disable|enable` */
export function addUpstreamCommands(program: Command, act: ActionMaker): void {
  const upstream = program
    .command('upstream')
    .summary('the providers that people of a tenant may sign in with')
    .description(
      'Upstream providers are the OpenID Connect providers of others that people may sign in with. Seed files define them.',
    );

  withTenant(upstream.command('list'))
    .summary('the upstream providers of a tenant')
    .description('Lists the upstream providers of a tenant, as its sign-in page orders them.')
    .addHelpText('after', '\nExample:\n  gatehouse upstream list --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, _args, options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const documents = (await context.upstreams.list(tenant.id)).map((one) =>
          providerDocument(context, tenant, one),
        );
        run.print(
          documents,
          renderTable(
            ['KEY', 'NAME', 'ISSUER', 'NEW ACCOUNTS', 'STATE'],
            documents.map(({ key, name, issuer, registration, disabled }) => [
              key,
              name,
              issuer,
              registration === 'allow' ? 'yes' : 'no',
              disabled ? 'disabled' : 'enabled',
            ]),
          ),
        );
        return undefined;
      }),
    );

  withTenant(upstream.command('show').argument('<key>', 'the upstream provider'))
    .summary('one upstream provider, with the redirect URI to register there')
    .description(
      'Shows one upstream provider with its settings, and the redirect URI that has to be registered at it.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse upstream show google --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, [key = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const found = await findProvider(context, tenant, key);
        const document = providerDocument(context, tenant, found);
        run.print(
          document,
          renderFields([
            ['key', document.key],
            ['name', document.name],
            ['issuer', document.issuer],
            ['client id', document.client_id],
            ['redirect URI', document.redirect_uri],
            ['scopes', document.scopes.join(' ')],
            ['prompt', document.prompt ?? undefined],
            ['trusts its e-mail addresses', document.trustEmail ? 'yes' : 'no'],
            ['new accounts', document.registration === 'allow' ? 'yes' : 'no'],
            ['of domains', document.emailDomains.join(', ') || 'any'],
            ['state', document.disabled ? 'disabled' : 'enabled'],
          ]),
        );
        return undefined;
      }),
    );

  withTenant(upstream.command('check').argument('<key>', 'the upstream provider'))
    .summary('ask an upstream provider whether it is what the settings say')
    .description(
      'Reads the discovery document and the keys of an upstream provider from here, as a sign-in would, and says what to do about each finding. Exit code 1 when nobody could sign in. Our secret is not tried.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse upstream check google --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, [key = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const provider = await findProvider(context, tenant, key);
        const findings = findingsOf(provider, await context.checkUpstream(provider));
        const usable = findings.every(({ status }) => status !== 'problem');
        run.print({ usable, findings }, describeFindings(findings));
        return usable ? EXIT.ok : EXIT.error;
      }),
    );

  addSwitch(upstream, act, 'disable', 'nobody can sign in with it');
  addSwitch(upstream, act, 'enable', 'it is offered again as before');
}

function addSwitch(
  upstream: Command,
  act: ActionMaker,
  name: 'disable' | 'enable',
  effect: string,
): void {
  withTenant(upstream.command(name).argument('<key>', 'the upstream provider'))
    .summary(`${name} an upstream provider: ${effect}`)
    .description(
      `Makes the upstream provider ${name}d on every replica, within seconds: ${effect}. Seeds leave this as it is, and so do sessions that began with it.`,
    )
    .addHelpText('after', `\nExample:\n  gatehouse upstream ${name} google --tenant acme`)
    .action(
      act<{ tenant: string }>(async (run, [key = ''], options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const disabled = name === 'disable';
        if (!(await context.upstreams.setDisabled(tenant.id, key, disabled))) {
          throw notFound(tenant, key);
        }
        await context.audit.record({
          kind: disabled ? 'upstream.disabled' : 'upstream.enabled',
          tenantId: tenant.id,
          outcome: 'success',
          actor: run.host.operator,
          subject: { type: 'upstream_provider', id: key },
        });
        await context.keys.notifications?.announce(tenant.id);
        run.print(
          { tenant: tenant.slug, key, disabled },
          `Upstream provider ${key} of tenant ${tenant.slug} is ${name}d.`,
        );
        return undefined;
      }),
    );
}

async function findProvider(
  context: Pick<CliContext, 'upstreams'>,
  tenant: Tenant,
  key: string,
): Promise<UpstreamProvider> {
  const found = (await context.upstreams.list(tenant.id)).find((one) => one.key === key);
  if (found === undefined) throw notFound(tenant, key);
  return found;
}

function notFound(tenant: Tenant, key: string): NotFoundError {
  return new NotFoundError(`upstream provider ${key} of tenant ${tenant.slug}`);
}

function providerDocument(
  { publicUrl }: Pick<CliContext, 'publicUrl'>,
  tenant: Tenant,
  provider: UpstreamProvider,
) {
  const { key, name, issuer, clientId, scopes, prompt, disabled } = provider;
  const { trustEmail, registration, emailDomains } = provider;
  return {
    key,
    name,
    issuer,
    client_id: clientId,
    redirect_uri: issuerOf(tenant, publicUrl) + upstreamCallbackPath(key),
    scopes,
    prompt: prompt ?? null,
    trustEmail,
    registration,
    emailDomains,
    disabled,
  };
}

/** What to do about a failure, by its kind. */
const ADVICE: Readonly<Record<string, string>> = {
  unreachable:
    'See that this machine reaches it, and whether OUTBOUND_ALLOW has to list its address.',
  misconfigured: 'Compare the issuer in the seed file with the provider’s own documentation.',
};

function findingsOf(
  { issuer }: UpstreamProvider,
  report: UpstreamReport | UpstreamFailure,
): Finding[] {
  if (report.outcome === 'failed') {
    const { reason, detail } = report;
    const advice = ADVICE[reason] ?? 'Ask whoever operates the provider.';
    return [problem('discovery', `${issuer} is ${reason}: ${detail}`, advice)];
  }
  const { algorithms, keys, pkce, namesItself, userinfo } = report;
  return [
    ok('discovery', `${issuer} says that it is ${issuer}`),
    ok('keys', `${keys} for ${algorithms.join(', ')}`),
    ok('userinfo', userinfo ? 'there' : 'none; the ID token has to say everything'),
    pkce
      ? ok('PKCE', 'supported')
      : warning('PKCE', 'not mentioned', 'Nothing: it is sent, and may be ignored.'),
    namesItself
      ? ok('issuer in answers', 'sent')
      : warning('issuer in answers', 'not sent', 'Nothing: its redirect URI is its own.'),
  ];
}
