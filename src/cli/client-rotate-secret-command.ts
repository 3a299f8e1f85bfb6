import type { Command } from 'commander';
import { clientSecretDigest } from '../applications/client-secret.ts';
import { randomId } from '../crypto/random-id.ts';
import { ConflictError } from '../errors.ts';
import { prepareSecretFile } from '../seeds/secret-file.ts';
import { fingerprint } from '../seeds/seed-plan.ts';
import { findClient } from './find-client.ts';
import { durationOption } from './parse-options.ts';
import { assertMayReveal, REVEAL_HELP } from './reveal.ts';
import type { ActionMaker, CommandRun } from './run-command.ts';
import { tenantOf, withTenant } from './tenant-option.ts';

const DAY_SECONDS = 24 * 60 * 60;
const MAX_OVERLAP_DAYS = 30;

interface Options {
  readonly tenant: string;
  readonly overlap: number;
  readonly writeTo?: string;
  readonly reveal?: boolean;
}

/** `gatehouse client rotate-secret` */
export function addRotateSecretCommand(client: Command, act: ActionMaker): void {
  withTenant(client.command('rotate-secret').argument('<client_id>', 'the client'))
    .summary('give a client a new secret')
    .description(
      'Makes a new secret and prints it once. The one before keeps working for the overlap, so that the application can be changed without an outage; an older one stops at once. If a seed file names the secret, change it there as well, or the next `seed apply` brings the old one back.',
    )
    .option(
      '--overlap <time>',
      `how long the secret before still works: 30s, 15m, 24h, 7d or 0, at most ${MAX_OVERLAP_DAYS}d (default: 24h)`,
      durationOption(MAX_OVERLAP_DAYS),
    )
    .option(
      '--write-to <file>',
      'write the secret into this file (mode 0600) and print nothing of it',
    )
    .option('--reveal', REVEAL_HELP)
    .addHelpText(
      'after',
      `
Examples:
  gatehouse client rotate-secret notes-web
  gatehouse client rotate-secret notes-web --overlap 0        the old one leaked
  gatehouse client rotate-secret reports-job --write-to .data/reports-job.secret`,
    )
    .action(
      act<Options>(async (run, [clientId = ''], options) => {
        await rotateSecret(run, clientId, { ...options, overlap: options.overlap ?? DAY_SECONDS });
        return undefined;
      }),
    );
}

async function rotateSecret(run: CommandRun, clientId: string, options: Options): Promise<void> {
  const { writeTo, overlap } = options;
  if (writeTo === undefined) assertMayReveal(run, options.reveal, 'the new secret');
  const context = await run.open();
  const tenant = await tenantOf(context, options.tenant);
  const { secretDigests } = await findClient(context, tenant, clientId);
  if (secretDigests.length === 0) {
    throw new ConflictError(
      `client ${clientId} has no secret: it is public, or uses keys of its own`,
    );
  }
  const { clientSecretPepper } = await context.secrets();
  const secret = randomId();
  const digest = clientSecretDigest(clientSecretPepper, secret);
  const overlapUntil = new Date(context.now().getTime() + overlap * 1000);
  const file = writeTo === undefined ? undefined : await prepareSecretFile(writeTo, secret);
  try {
    await context.applications.rotateClientSecret(tenant.id, clientId, digest, overlapUntil);
  } catch (error) {
    await file?.discard();
    throw error;
  }
  await file?.keep();
  await context.audit.record({
    kind: 'client.secret_rotated',
    tenantId: tenant.id,
    outcome: 'success',
    actor: run.host.operator,
    subject: { type: 'client', id: clientId },
    clientId,
    detail: { overlap_seconds: overlap },
  });
  await context.keys.notifications?.announce(tenant.id);
  const until = overlapUntil.toISOString();
  run.print(
    {
      tenant: tenant.slug,
      client_id: clientId,
      ...(writeTo === undefined ? { client_secret: secret } : { writtenTo: writeTo }),
      fingerprint: fingerprint(digest),
      previousWorksUntil: until,
    },
    [
      writeTo === undefined
        ? `New secret of client ${clientId}, shown this once:\n\n  ${secret}\n`
        : `New secret of client ${clientId} is in ${writeTo}.`,
      overlap === 0
        ? 'The secret before no longer works.'
        : `The secret before works until ${until}.`,
    ].join('\n'),
  );
}
