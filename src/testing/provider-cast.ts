import {
  assignRole,
  insertAccount,
  insertApplication,
  insertClient,
  insertRole,
  insertTenant,
} from './fixtures.ts';
import { secretDigest, webClient } from './plain-client.ts';
import type { ProviderWorld } from './provider-world.ts';

/** The API of the application `notes`. */
export const NOTES_API = 'https://api.notes.example';
/** The API of the application `ledger`. */
export const LEDGER_API = 'https://api.ledger.example';

/**
 * Who tests of the provider are about. In the tenant `default`:
 * - `notes`, somebody else's application with an API: the clients `web`, `spa` (public) and
 *   `notes-api`, a machine that is `reader` there;
 * - `ledger`, another one with an API: `ledger-web` and the machine `ledger-api`, without roles;
 * - `payroll`, our own and behind the gate, without an API: `payroll-web`;
 * - alice, editor of notes and clerk of payroll, and bob, nothing anywhere.
 *
 * In the tenant `acme`, under its path: an application and a client of the same names, `notes` with
 * the same audience and `web`, and its own alice.
 */
export interface ProviderCast {
  readonly alice: string;
  readonly bob: string;
  readonly acmeAlice: string;
  readonly acme: string;
  readonly applications: Readonly<Record<'notes' | 'ledger' | 'payroll', string>>;
  readonly roles: Readonly<Record<'editor' | 'reader' | 'clerk', string>>;
}

/** Fills a world; alice is who signs in. */
export async function addCast(world: ProviderWorld): Promise<ProviderCast> {
  const { db } = world;
  const { id } = await world.tenant();
  const application = (key: string, more: object) => insertApplication(db, id, { key, ...more });
  const client = (applicationId: string, clientId: string, more: object = {}) =>
    insertClient(db, id, applicationId, {
      clientId,
      secretDigest: secretDigest(),
      metadata: webClient({ client_name: clientId }),
      ...more,
    });

  const notes = await application('notes', { name: 'Notes', audience: NOTES_API });
  const ledger = await application('ledger', { name: 'Ledger', audience: LEDGER_API });
  const payroll = await application('payroll', {
    name: 'Payroll',
    firstParty: true,
    requireAssignment: true,
  });
  const reader = await insertRole(db, id, notes, { key: 'reader', permissions: ['notes:read'] });
  const editor = await insertRole(db, id, notes, {
    key: 'editor',
    permissions: ['notes:read', 'notes:write'],
  });
  const clerk = await insertRole(db, id, payroll, { key: 'clerk', permissions: [] });
  await insertRole(db, id, ledger, { key: 'bookkeeper', permissions: ['ledger:write'] });

  await client(notes, 'web');
  await client(notes, 'spa', {
    secretDigest: undefined,
    metadata: webClient({
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    }),
  });
  await client(notes, 'notes-api', { metadata: machine });
  await client(ledger, 'ledger-web');
  await client(ledger, 'ledger-api', { metadata: machine });
  await client(payroll, 'payroll-web');
  await assignRole(db, id, reader, { clientId: 'notes-api' });

  const alice = await insertAccount(db, id, {
    username: 'alice',
    email: 'alice@example.com',
    emailVerified: true,
  });
  const bob = await insertAccount(db, id, { username: 'bob' });
  await assignRole(db, id, editor, { accountId: alice });
  await assignRole(db, id, clerk, { accountId: alice });

  const acme = await insertTenant(db, { slug: 'acme', name: 'Acme' });
  const acmeNotes = await insertApplication(db, acme, { key: 'notes', audience: NOTES_API });
  await insertClient(db, acme, acmeNotes, {
    clientId: 'web',
    secretDigest: secretDigest(),
    metadata: webClient(),
  });
  const acmeAlice = await insertAccount(db, acme, { username: 'alice' });

  world.signsIn = alice;
  return {
    alice,
    bob,
    acme,
    acmeAlice,
    applications: { notes, ledger, payroll },
    roles: { editor, reader, clerk },
  };
}

const machine = { redirect_uris: [], response_types: [], grant_types: ['client_credentials'] };
