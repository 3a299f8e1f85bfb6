import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { answerAt, DEMO_CLIENTS, demoParty, visitor } from '../demo-clients.ts';
import { ALICE, BOB } from '../gatehouse.ts';
import { obtainCode } from '../obtain-code.ts';
import type { PlainBrowser, PlainPage } from '../plain-browser.ts';
import { pollUntil } from '../poll.ts';
import { type Production, startProduction } from '../production.ts';
import { type RelyingParty, signIn } from '../relying-party.ts';

const API = 'https://api.notes.example';
const WEB = DEMO_CLIENTS['notes-web'];
const MACHINE = DEMO_CLIENTS['reports-job'];
/** From the return of what was away until everything works again. */
const RECOVERY_MS = 5_000;
/** What a request may take while the database says nothing at all. */
const SILENT_ANSWER_MS = 4_000;
const CODES_UNDER_FIRE = 12;

type Client = { readonly clientId: string; readonly secret: string };
type Form = Readonly<Record<string, string>>;

for (const { store, outages } of [
  { store: 'postgres', outages: ['PostgreSQL stopped', 'PostgreSQL silent'] },
  { store: 'redis', outages: ['PostgreSQL stopped', 'Redis stopped'] },
] as const) {
  describe(`a server whose artifacts are in ${store}`, () => {
    let production: Production;
    let notes: RelyingParty;
    before(async () => {
      production = await startProduction(store);
      notes = await demoParty(production, 'notes-web');
      await signIn(visitor(production), notes, BOB);
    });
    after(() => production.stop());

    const post = (path: string, form: Form, { clientId, secret }: Client = WEB) =>
      fetch(`${production.publicUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${clientId}:${secret}`)}` },
        body: new URLSearchParams(form),
      });
    const askAsMachine = () =>
      post('/token', { grant_type: 'client_credentials', resource: API }, MACHINE);
    const get = (path: string, headers: Record<string, string> = {}) =>
      fetch(`${production.publicUrl}${path}`, { headers });
    const ready = async () => {
      const answer = await get('/health/ready');
      return { status: answer.status, body: await answer.json() };
    };

    for (const name of outages) {
      describe(`with ${name}`, () => {
        let browser: PlainBrowser;
        let tokens: Awaited<ReturnType<typeof signIn>>;
        let jwt: string;
        /** Refreshes a JWT. */
        let forApi: string;
        let code: Form;
        let signInPage: PlainPage;
        const newcomer = () => visitor(production);
        let other: PlainBrowser;
        before(async () => {
          browser = newcomer();
          tokens = await signIn(browser, notes, ALICE);
          const granted = await signIn(browser, notes, ALICE, { resource: API });
          jwt = granted.access_token;
          forApi = granted.refresh_token ?? '';
          code = await obtainCode(browser, notes, ALICE);
          other = newcomer();
          signInPage = await other.open((await notes.begin()).url.href);
          assert.equal((await askAsMachine()).status, 200);
          await production.outages[name].begin();
        });
        after(() => production.outages[name].end());

        it('says as JSON that it cannot answer, and when to ask again', async () => {
          const startedAt = performance.now();
          const refresh = {
            grant_type: 'refresh_token',
            refresh_token: tokens.refresh_token ?? '',
          };
          const asked = {
            code: post('/token', code),
            refresh: post('/token', refresh),
            userinfo: get('/me', { authorization: `Bearer ${tokens.access_token}` }),
            introspection: post('/token/introspection', { token: tokens.access_token }),
            // What was denied is asked of PostgreSQL alone.
            ...(name === 'Redis stopped'
              ? {}
              : { 'introspection of a JWT': post('/token/introspection', { token: jwt }) }),
          };
          for (const [endpoint, asking] of Object.entries(asked)) {
            const answer = await asking;
            const text = await answer.text();
            assert.equal(answer.status, 503, `${endpoint}: ${text}`);
            assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/, endpoint);
            assert.equal(JSON.parse(text).error, 'temporarily_unavailable', endpoint);
            assert.doesNotMatch(text, /ECONN|node_modules|postgres|redis/i);
          }
          assert.ok(performance.now() - startedAt < SILENT_ANSWER_MS);
        });

        it('says as a page that it cannot answer, and when to ask again', async () => {
          const { url } = await notes.begin();
          const pages = {
            'a sign-in': other.submit(signInPage, { ...ALICE }, { action: '/sign-in' }),
            'single sign-on': browser.open(url.href),
          };
          for (const [what, opening] of Object.entries(pages)) {
            const page = await opening;
            assert.equal(page.status, 503, `${what}: ${page.text}`);
            assert.match(page.headers.get('retry-after') ?? '', /^\d+$/, what);
            assert.match(page.headers.get('content-type') ?? '', /text\/html/, what);
            assert.ok(page.document.querySelector('main'), page.text);
          }
        });

        it('answers what it knows, and tells probes what it is', async () => {
          for (const path of ['/.well-known/openid-configuration', '/jwks']) {
            assert.equal((await get(path)).status, 200, path);
          }
          assert.equal((await askAsMachine()).status, 200);
          if (name === 'Redis stopped') {
            // A JWT is kept nowhere.
            const form = { grant_type: 'refresh_token', refresh_token: forApi };
            const answer = await post('/token', { ...form, resource: API });
            assert.equal(answer.status, 200);
            const { access_token: token } = await answer.json();
            const said = await post('/token/introspection', { token });
            assert.equal((await said.json()).active, true);
          }
          assert.equal((await get('/health/live')).status, 200);
          const said = await pollUntil(
            async () => {
              const { status, body } = await ready();
              return status === 503 && body;
            },
            { deadlineMs: 4_000 },
          );
          const check = name.startsWith('Redis') ? 'redis' : 'database';
          assert.equal(said.checks[check], 'unavailable');
        });

        it('works again within 5 s, without a restart, and uses nothing twice', async () => {
          await production.outages[name].end();
          const endedAt = performance.now();
          const left = () => RECOVERY_MS - (performance.now() - endedAt);
          await pollUntil(async () => (await ready()).status === 200, { deadlineMs: left() });
          const redeemed = await pollUntil(
            async () => {
              const answer = await post('/token', code);
              return answer.status !== 503 && answer;
            },
            { deadlineMs: left() },
          );
          assert.equal(redeemed.status, 200, await redeemed.clone().text());
          const issued = await redeemed.json();
          assert.equal((await post('/token', code)).status, 400);

          const userinfo = await get('/me', { authorization: `Bearer ${issued.access_token}` });
          assert.equal(userinfo.status, 200);
          const refresh = {
            grant_type: 'refresh_token',
            refresh_token: tokens.refresh_token ?? '',
          };
          assert.equal((await post('/token', refresh)).status, 200);
          assert.ok(left() > 0, `it took ${RECOVERY_MS - left()} ms`);

          if (name !== 'Redis stopped') {
            // What had begun goes on.
            const arrived = await other.submit(signInPage, { ...ALICE }, { action: '/sign-in' });
            assert.ok(answerAt(arrived, notes).code, arrived.text);
            assert.ok(answerAt(await browser.open((await notes.begin()).url.href), notes).code);
          }
          await signIn(newcomer(), notes, ALICE);
        });

        it('uses no code twice, however requests and outage meet', async () => {
          const codes: Form[] = [];
          const visitorOfAll = newcomer();
          for (let made = 0; made < CODES_UNDER_FIRE; made += 1) {
            codes.push(await obtainCode(visitorOfAll, notes, ALICE));
          }
          const won = new Map<Form, number>();
          const redeem = async (form: Form) => {
            const { status } = await post('/token', form);
            if (status === 200) won.set(form, (won.get(form) ?? 0) + 1);
            else assert.ok(status === 400 || status === 503, String(status));
            return status;
          };
          const fire = () => codes.flatMap((form) => [redeem(form), redeem(form)]);
          const early = fire();
          // Some have been answered, others are on their way.
          await Promise.race(early);
          await production.outages[name].begin();
          const during = fire();
          await Promise.all([...early, ...during]);
          await production.outages[name].end();
          for (const form of codes) {
            await pollUntil(async () => (await redeem(form)) !== 503, {
              deadlineMs: RECOVERY_MS,
            });
            await redeem(form);
            assert.ok((won.get(form) ?? 0) <= 1, `redeemed ${won.get(form)} times`);
          }
        });
      });
    }

    it('has neither crashed nor complained of anything that it did not expect', async () => {
      const { server } = production;
      assert.equal(server.child.exitCode, null, server.output());
      server.child.kill('SIGTERM');
      assert.equal(await server.ended(), 0, server.output());
      const lines = server.output().trim().split('\n');
      const entries = lines.map((line) => JSON.parse(line));
      for (const [at, entry] of entries.entries()) {
        assert.doesNotMatch(lines[at] ?? '', /unhandled|uncaught/i);
        assert.notEqual(entry.status, 500, lines[at]);
      }
      // Operators find the cause of what callers were not told.
      const failed = entries.find((entry) => entry.message === 'request failed');
      assert.match(JSON.stringify(failed.error.cause), /did not answer/);
    });
  });
}
