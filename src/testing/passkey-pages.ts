/**
 * Three bare pages with the passkey forms of the hosted ones, behind them the real ceremonies:
 * `/register`, `/sign-in` and `/second-factor`. What became of an answer is shown as text.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Knex } from 'knex';
import Koa from 'koa';
import type { SignInPurpose } from '../accounts/passkey-challenge.ts';
import { requireSameOrigin } from '../http/csrf.ts';
import { readForm } from '../http/form-body.ts';
import { createPageAssets } from '../http/page-assets.ts';
import { createPageRenderer, type Page, type PageFrame } from '../http/render-page.ts';
import { en } from '../interactions/messages/en.ts';
import {
  PASSKEY_FIELD,
  PASSKEY_SCRIPTS,
  type PasskeyFormView,
  passkeyForm,
} from '../interactions/pages/passkey-form.ts';
import { VIEWS } from './page-server.ts';
import { createPasskeyWorld } from './passkey-world.ts';

const TEMPLATE = `<h1>Passkeys</h1>
<p id="result"><%= it.result %></p>
<p data-no-passkeys>Passkeys do not work in this browser.</p>
<form method="post" action="/password">
<label for="identifier">Name</label>
<input id="identifier" name="identifier" type="text" autocomplete="username webauthn">
<button type="submit">Go on</button>
</form>
<% if (it.passkey) { %>
<%~ include('@passkey-form', it.passkey) %>
<% } %>
`;

const FRAME: PageFrame = {
  siteName: 'Acme',
  lang: 'en',
  dir: 'ltr',
  accentColor: '#0b5c6b',
  links: [],
  linksLabel: 'About',
  ownHost: false,
};

/** @returns the pages' origin, on `localhost`; the world behind them; and `close` for `after` */
export async function servePasskeyPages(db: Knex) {
  const views = await mkdtemp(join(tmpdir(), 'gatehouse-views-'));
  for (const name of ['layout.eta', 'passkey-form.eta']) {
    await cp(join(VIEWS, name), join(views, name));
  }
  await writeFile(join(views, 'bare.eta'), TEMPLATE);
  const assets = await createPageAssets(`${VIEWS}assets`, '');
  const render = await createPageRenderer(views, assets);
  await rm(views, { recursive: true });

  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://localhost:${port}`;
  const world = await createPasskeyWorld(db, { issuer: `${origin}/t/acme` });

  const asked: Record<string, SignInPurpose> = {
    '/sign-in': { purpose: 'sign_in' },
    '/second-factor': { purpose: 'second_factor', accountId: world.account.id },
  };
  const question = async (path: string): Promise<PasskeyFormView> => {
    const form = { action: path, csrf: 'a token' };
    const purpose = asked[path];
    return purpose === undefined
      ? { ...form, purpose: 'registration', options: await world.beginRegistration() }
      : { ...form, purpose: purpose.purpose, options: await world.beginSignIn(purpose) };
  };
  const answer = async (path: string, form: ReadonlyMap<string, string>) => {
    const response = form.get(PASSKEY_FIELD) ?? '';
    const purpose = asked[path];
    const name = form.get('name') ?? '';
    return purpose === undefined
      ? world.finishRegistration(response, { name })
      : world.finishSignIn(response, { asked: purpose });
  };

  const app = new Koa();
  app.use(assets.middleware);
  app.use(async (ctx) => {
    const page: Omit<Page, 'data'> = {
      template: 'bare',
      title: 'Passkeys',
      status: 200,
      formTargets: [],
    };
    if (ctx.method === 'POST') {
      requireSameOrigin(ctx.req.headers, origin);
      const { outcome } = await answer(ctx.path, await readForm(ctx.req));
      render(ctx, FRAME, { ...page, data: { result: outcome, passkey: undefined } });
    } else if (['/register', ...Object.keys(asked)].includes(ctx.path)) {
      const passkey = passkeyForm(en, await question(ctx.path));
      render(ctx, FRAME, { ...page, scripts: PASSKEY_SCRIPTS, data: { result: '', passkey } });
    }
  });
  server.on('request', app.callback());
  return {
    origin,
    world,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
