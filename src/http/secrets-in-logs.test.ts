import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import Koa from 'koa';
import { parseConfig } from '../config/parse-config.ts';
import { readEnv } from '../config/read-env.ts';
import { GatehouseError, StorageUnavailableError } from '../errors.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { pollUntil } from '../testing/poll.ts';
import { createRecordingLogger } from '../testing/recording-logger.ts';
import { rawRequest, type ServedApp, serveApp } from '../testing/serve-app.ts';
import { accessLog } from './access-log.ts';
import { createClientAddress } from './client-address.ts';
import { errorBoundary, logLateErrors } from './error-boundary.ts';
import { createHealth } from './health.ts';
import { readRawBody } from './read-raw-body.ts';
import { requestContext } from './request-context.ts';
import type { RequestState } from './request-state.ts';
import { securityHeaders } from './security-headers.ts';

const opaque = () => randomBytes(32).toString('base64url');
const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');

const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

/** Everything that a flow could leak, each different. */
const SECRETS = {
  password: `hunter2-${opaque()}`,
  code: opaque(),
  accessToken: opaque(),
  refreshToken: opaque(),
  idToken: `${part({ alg: 'ES256' })}.${part({ sub: 'alice' })}.${randomBytes(64).toString('base64url')}`,
  clientSecret: opaque(),
  cookie: opaque(),
  csrf: opaque(),
  verifier: opaque(),
  databasePassword: opaque(),
  privateKey: privateKey.split('\n')[1] ?? '',
  encryptionKey: randomBytes(32).toString('base64'),
};

/** What goes wrong, by the path that asks for it. Each is worded as careless code would. */
const FAILURES: Record<string, (sent: string) => unknown> = {
  '/message': () =>
    new Error(`exchange failed: code=${SECRETS.code} for Bearer ${SECRETS.accessToken}`),
  '/jwt': () => new TypeError(`cannot verify ${SECRETS.idToken}`),
  '/cause': (sent) =>
    new StorageUnavailableError(
      'postgres',
      new Error(`connect to postgres://gatehouse:${SECRETS.databasePassword}@db/x`, {
        cause: { body: sent, client_secret: SECRETS.clientSecret },
      }),
    ),
  '/property': (sent) =>
    Object.assign(new Error('request failed'), {
      config: { headers: { authorization: `Bearer ${SECRETS.accessToken}` }, data: sent },
      parameters: [SECRETS.password],
    }),
  '/statement': () =>
    new Error(
      `update "accounts" set "hash" = '${SECRETS.password}' where "id" = '1' - deadlock detected`,
    ),
  '/key': () => new GatehouseError('key_broken', `cannot import ${privateKey}`),
  '/thrown-string': (sent) => `form: ${sent}`,
  '/thrown-object': () => ({ token: SECRETS.refreshToken, id_token_hint: SECRETS.idToken }),
  '/aggregate': () =>
    new AggregateError([new Error(`password=${SECRETS.password}`)], 'all failed', {
      cause: new Map([['cookie', SECRETS.cookie]]),
    }),
};

describe('logs, metrics and error answers', () => {
  const logger = createRecordingLogger();
  const metrics = createMetrics();
  let server: ServedApp;
  let answers = '';

  before(async () => {
    const app = new Koa<RequestState>();
    app.on('error', logLateErrors(logger));
    app.use(requestContext({ clientAddress: createClientAddress([]), now: () => new Date() }));
    app.use(accessLog({ logger, metrics }));
    app.use(securityHeaders({ publicUrl: 'https://login.example.com' }));
    app.use(
      errorBoundary({
        logger,
        renderErrorPage: (ctx, page) => {
          ctx.body = `<p>${page.message}</p>`;
        },
      }),
    );
    app.use(async (ctx) => {
      const sent = (await readRawBody(ctx.req, 64_000)).toString();
      // Nobody should; somebody will.
      logger.debug('context', {
        ctx,
        req: ctx.req,
        res: ctx.res,
        headers: ctx.headers,
        body: sent,
      });
      logger.info(`got ${ctx.method} ${ctx.url}`, {
        query: ctx.query,
        form: new URLSearchParams(sent),
      });
      ctx.cookies.set('_session', SECRETS.cookie);
      const fail = FAILURES[ctx.path];
      if (fail !== undefined) throw fail(sent);
      ctx.body = 'ok';
    });
    server = await serveApp(app.callback());
  });
  after(() => server.close());

  it('hold no secret, whichever way it comes', async () => {
    const query = new URLSearchParams({
      code: SECRETS.code,
      access_token: SECRETS.accessToken,
      id_token_hint: SECRETS.idToken,
      code_verifier: SECRETS.verifier,
    });
    const form = new URLSearchParams({
      identifier: 'alice',
      password: SECRETS.password,
      csrf: SECRETS.csrf,
      client_secret: SECRETS.clientSecret,
      refresh_token: SECRETS.refreshToken,
    });
    const paths = ['/fine', ...Object.keys(FAILURES)];
    for (const path of paths) {
      for (const accept of ['*/*', 'text/html']) {
        const answer = await rawRequest(server.port, {
          method: 'POST',
          path: `${path}?${query}`,
          headers: {
            Accept: accept,
            Authorization: `Basic ${Buffer.from(`web:${SECRETS.clientSecret}`).toString('base64')}`,
            Cookie: `_session=${SECRETS.cookie}; _csrf=${SECRETS.csrf}`,
            DPoP: SECRETS.idToken,
            Referer: `https://login.example.com/cb?code=${SECRETS.code}`,
            'Content-Type': 'application/x-www-form-urlencoded',
            'X-Request-Id': `${SECRETS.password} and more`,
          },
          body: form.toString(),
        });
        answers += answer.body;
      }
    }
    await pollUntil(
      () =>
        logger.lines().filter(({ message }) => message === 'request').length === 2 * paths.length,
      { deadlineMs: 5000 },
    );

    const health = createHealth({
      checks: { database: async () => Promise.reject(FAILURES['/cause']?.('')) },
      logger,
    });
    answers += JSON.stringify(await health.ready());

    try {
      parseConfig(
        readEnv({
          DATABASE_URL: `mysql://gatehouse:${SECRETS.databasePassword}@db/x`,
          KEY_ENCRYPTION_KEYS: `${SECRETS.encryptionKey},${SECRETS.encryptionKey}`,
        }),
      );
      assert.fail('the configuration was accepted');
    } catch (error) {
      logger.error('cannot start', { error });
    }

    const page = await metrics.render();
    for (const [name, secret] of Object.entries(SECRETS)) {
      const forms = [
        secret,
        encodeURIComponent(secret),
        Buffer.from(secret).toString('base64').slice(0, -4),
        JSON.stringify(secret).slice(1, -1),
      ];
      for (const form of forms) {
        const at = logger.text().indexOf(form);
        assert.equal(
          at,
          -1,
          `${name} in the log: ${logger.text().slice(Math.max(0, at - 200), at)}`,
        );
        assert.ok(!page.includes(form), `${name} in the metrics`);
        assert.ok(!answers.includes(form), `${name} in an answer`);
      }
    }
    const basic = Buffer.from(`web:${SECRETS.clientSecret}`).toString('base64');
    assert.ok(!logger.text().includes(basic));
  });

  it('still tell an operator what happened', () => {
    const text = logger.text();
    for (const kept of [
      'exchange failed',
      'cannot verify',
      'postgres did not answer',
      'deadlock detected',
      'key_broken',
      'all failed',
      'configuration: 2 problems',
      'secrets-in-logs.test.ts',
    ]) {
      assert.ok(text.includes(kept), kept);
    }
  });
});
