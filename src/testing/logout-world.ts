import assert from 'node:assert/strict';
import { decodeJwt, type JWTPayload } from 'jose';
import { createOutboundFetch } from '../http/outbound-fetch.ts';
import { createLogoutCourier } from '../provider/deliver-logouts.ts';
import { createPostgresAuditLog } from '../storage/postgres/audit-log.ts';
import { insertClient } from './fixtures.ts';
import { startLogoutReceiver } from './logout-receiver.ts';
import type { PlainBrowser } from './plain-browser.ts';
import { authorize, redeem, SECRET, secretDigest, webClient } from './plain-client.ts';
import { addCast } from './provider-cast.ts';
import { startProviderWorld } from './provider-world.ts';

/** Clients that want to hear of the end of a session. `sidless` does, too, and needs no `sid`. */
export const LISTENING = ['listening', 'listening-too'];

export type LogoutWorld = Awaited<ReturnType<typeof startLogoutWorld>>;

/** The provider room with clients that hear of the end of sessions, and somebody who tells them. Call `close`. */
export async function startLogoutWorld() {
  const counted: string[] = [];
  let allowed: string[] = [];
  const receiver = await startLogoutReceiver();
  const world = await startProviderWorld({
    wrap: (deps) => ({
      ...deps,
      fetch: (url, options) => createOutboundFetch(allowed)(url, options),
    }),
  });
  const cast = await addCast(world);
  const issuer = world.origin;
  const { id } = await world.tenant();
  const listens = (clientId: string, more = {}) => ({
    clientId,
    secretDigest: secretDigest(),
    metadata: webClient({ backchannel_logout_uri: receiver.uriOf(clientId), ...more }),
  });
  for (const name of LISTENING) {
    await insertClient(world.db, id, cast.applications.ledger, listens(name));
  }
  const sidless = { backchannel_logout_session_required: false };
  await insertClient(world.db, id, cast.applications.ledger, listens('sidless', sidless));
  const [notes] = await world.db('applications').where({ tenant_id: cast.acme });
  await insertClient(world.db, cast.acme, String(notes.id), listens('listening'));
  receiver.trust(issuer);
  receiver.trust(`${issuer}/t/acme`);
  const courier = createLogoutCourier({
    logouts: world.logouts,
    providerFor: async (tenantId) => {
      const tenant = await world.tenants.findById(tenantId);
      return tenant && world.pool.providerForTenant(tenant);
    },
    audit: createPostgresAuditLog(world.db, world),
    count: (outcome) => void counted.push(outcome),
    logger: world.logger,
    now: world.now,
  });

  return {
    world,
    cast,
    receiver,
    courier,
    /** How the courier's attempts went. */
    counted,
    /** From then on no address can be reached. */
    reachNobody() {
      allowed = [];
    },
    /** Signs in at a client; the claims of its ID token. */
    async signInAt(browser: PlainBrowser, clientId: string, at = issuer): Promise<JWTPayload> {
      const { code } = await authorize(browser, at, clientId);
      const { json, text } = await redeem(at, code, { id: clientId, secret: SECRET });
      assert.ok(json.id_token, text);
      return decodeJwt(String(json.id_token));
    },
    async signOut(browser: PlainBrowser, at = issuer): Promise<void> {
      const asked = await browser.open(`${at}/session/end`);
      const done = await browser.submit(asked, {});
      assert.equal(done.url, `${at}/session/end/success`);
    },
    /** The notifications that are kept. */
    rows: () =>
      world.db('logout_notifications').select('client_id', 'status', 'problem', 'attempts'),
    /** What is on record of them. */
    audited: async () =>
      (await world.audited())
        .filter(({ kind }) => kind.startsWith('backchannel_logout.'))
        .map(({ kind, outcome, clientId, subject, detail }) => ({
          kind,
          outcome,
          clientId,
          subject: subject?.id,
          detail,
        })),
    /** Nobody is signed in, nothing waits, and everything is answered. */
    async reset() {
      world.signsIn = cast.alice;
      allowed = ['127.0.0.0/8'];
      receiver.answer = 'properly';
      receiver.forget();
      counted.length = 0;
      await world.db('artifacts').delete();
      await world.db('logout_notifications').delete();
    },
    async close() {
      await world.close();
      await receiver.stop();
    },
  };
}
