import type { Command } from 'commander';
import { listKeys } from '../keys/list-keys.ts';
import { type RotationResult, rotateSigningKeys } from '../keys/rotate-signing-keys.ts';
import { addKeysResealCommand } from './keys-reseal-command.ts';
import { renderTable } from './render-table.ts';
import type { ActionMaker } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';
import { UsageError } from './usage-error.ts';

const ALL = 'all';

/** `gatehouse keys list|rotate|rotate-cookies|reseal` */
export function addKeysCommands(program: Command, act: ActionMaker): void {
  const keys = program
    .command('keys')
    .summary('the signing keys of a tenant')
    .description(
      'Signing keys go through stages: next (published, not signing yet), active (signing), retiring (published for as long as something it signed may be in use), gone.',
    );

  withTenant(keys.command('list'))
    .summary('the signing keys with their stages')
    .description(
      'Lists the signing keys of a tenant. A new tenant gets its keys with its first request.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse keys list --tenant acme')
    .action(
      act<{ tenant: string }>(async (run, _args, options) => {
        const context = await run.open();
        const tenant = await tenantOf(context, options.tenant);
        const listed = await listKeys(context.keys, tenant);
        const documents = listed.map((key) => ({
          kid: key.kid,
          algorithm: key.algorithm,
          stage: key.stage,
          createdAt: key.createdAt.toISOString(),
          since: key.since.toISOString(),
          goneAt: key.goneAt?.toISOString() ?? null,
          sealedUnder: key.sealingKeyId ?? null,
        }));
        run.print(
          documents,
          documents.length === 0
            ? `Tenant ${tenant.slug} has no keys yet: its first request makes them.`
            : renderTable(
                ['ALGORITHM', 'STAGE', 'KID', 'SINCE', 'GONE', 'SEALED UNDER'],
                documents.map(({ algorithm, stage, kid, since, goneAt, sealedUnder }) => [
                  algorithm,
                  stage,
                  kid,
                  stage === 'next' ? `from ${since}` : since,
                  goneAt ?? undefined,
                  sealedUnder ?? '(damaged)',
                ]),
              ),
        );
        return undefined;
      }),
    );

  withTenant(keys.command('rotate'))
    .summary('replace the signing keys')
    .description(
      'Publishes a new key per algorithm, which signs once every client can have seen it. No restart, and nothing that was issued stops working.',
    )
    .option(
      '--force',
      'let the new keys sign at once; clients with an old key list fail until they reload it',
    )
    .option(
      '--compromised <kid>',
      `drop this key at once: what it signed is refused from now on; "${ALL}" drops every key of the tenant`,
    )
    .addHelpText(
      'after',
      `
Examples:
  gatehouse keys rotate
  gatehouse keys rotate --tenant acme --compromised 4KZ1…   the key leaked`,
    )
    .action(
      act<{ tenant: string; force?: boolean; compromised?: string }>(
        async (run, _args, { tenant: slug, force, compromised }) => {
          if (force === true && compromised !== undefined) {
            throw new UsageError('expected --force or --compromised, found both');
          }
          const context = await run.open();
          const tenant = await tenantOf(context, slug);
          const actor = run.host.operator;
          const result = await rotateSigningKeys(
            context.keys,
            tenant,
            compromised === undefined
              ? { mode: force === true ? 'force' : 'staged', actor }
              : { mode: 'compromised', kid: compromised === ALL ? undefined : compromised, actor },
          );
          run.print(
            {
              tenant: tenant.slug,
              ...result,
              activeFrom: result.activeFrom?.toISOString() ?? null,
            },
            describeRotation(tenant.slug, result),
          );
          return undefined;
        },
      ),
    );

  keys
    .command('rotate-cookies')
    .summary('replace the key that signs cookies')
    .description(
      'Adds a key that signs the cookies of every tenant once all replicas know it, an hour from now. Nobody is signed out: older keys go on verifying. At most twice in the longest time that a session may idle.',
    )
    .addHelpText('after', '\nExample:\n  gatehouse keys rotate-cookies')
    .action(
      act(async (run) => {
        const context = await run.open();
        await context.rotateCookieKeys();
        await context.audit.record({
          kind: 'keys.rotated',
          tenantId: undefined,
          outcome: 'success',
          actor: run.host.operator,
          detail: { of: 'cookies' },
        });
        run.print({ rotated: 'cookies' }, 'A new cookie key signs an hour from now.');
        return undefined;
      }),
    );

  addKeysResealCommand(keys, act);
}

function describeRotation(slug: string, result: RotationResult): string {
  const { published, activated, retired, dropped, activeFrom } = result;
  const lines = [
    ...published.map((kid) => `published  ${kid}`),
    ...activated.map((kid) => `signing    ${kid}`),
    ...retired.map((kid) => `retiring   ${kid}`),
    ...dropped.map((kid) => `dropped    ${kid}`),
  ];
  if (lines.length === 0) lines.push(`Nothing to do: a rotation of tenant ${slug} is on its way.`);
  if (activeFrom !== undefined) lines.push(`The new keys sign from ${activeFrom.toISOString()}.`);
  return lines.join('\n');
}
