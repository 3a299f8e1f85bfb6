import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import * as client from 'openid-client';
import { closeServer } from '../http/create-http-server.ts';
import type { TestDeployment } from './gatehouse.ts';
import {
  type AuthorizationRequest,
  createRelyingParty,
  type RelyingParty,
} from './relying-party.ts';
import { seedMore } from './seed-more.ts';

/**
 * A web application that a browser can visit: `/` signs in (its query goes along as parameters),
 * `/callback` redeems the code and says "arrived", `/logout` signs out, `/bye` says "gone".
 */
export interface WebApplication {
  readonly origin: string;
  readonly clientId: string;
  /** Registers it as a third-party client of a tenant and configures it by discovery. */
  register(deployment: TestDeployment, tenant?: Record<string, unknown>): Promise<void>;
  /** Whether the refresh token that it got last still works; it keeps the next one. */
  refreshes(): Promise<boolean>;
  close(): Promise<void>;
}

const CLIENT_ID = 'web-application';

type Answer = { readonly to: string } | { readonly say: string };

export async function startWebApplication(): Promise<WebApplication> {
  let party: RelyingParty | undefined;
  let idToken = '';
  let refreshToken = '';
  const requests = new Map<string, AuthorizationRequest>();

  const pages: Record<string, (party: RelyingParty, url: URL) => Promise<Answer>> = {
    '/': async ({ begin }, { searchParams }) => {
      const request = await begin(Object.fromEntries(searchParams));
      requests.set(request.url.searchParams.get('state') ?? '', request);
      return { to: request.url.href };
    },
    '/callback': async (_party, url) => {
      const { state = '', error } = Object.fromEntries(url.searchParams);
      if (error !== undefined) return { say: `refused: ${error}` };
      const tokens = await requests.get(state)?.redeem(url.href);
      idToken = tokens?.id_token ?? '';
      refreshToken = tokens?.refresh_token ?? '';
      return { say: tokens === undefined ? 'unknown state' : 'arrived' };
    },
    '/logout': async ({ config }) => {
      const parameters = { id_token_hint: idToken, post_logout_redirect_uri: `${origin}/bye` };
      return { to: client.buildEndSessionUrl(config, parameters).href };
    },
    '/bye': async () => ({ say: 'gone' }),
  };
  const answer = async (url: URL, form: string): Promise<Answer> => {
    const page = pages[url.pathname];
    if (party === undefined || page === undefined) return { say: 'nothing here' };
    // `form_post` brings what the query would have.
    if (form !== '') url.search = form;
    return page(party, url);
  };

  const server = createServer(async (req, res) => {
    const form = await text(req);
    const told = await answer(new URL(req.url ?? '/', origin), form).catch((error: unknown) => ({
      say: `failed: ${String(error)}`,
    }));
    res.setHeader('cache-control', 'no-store');
    if ('to' in told) res.writeHead(302, { location: told.to }).end();
    else {
      res.setHeader('content-type', 'text/html; charset=utf-8');
      res.end(
        `<!doctype html><link rel="icon" href="data:,"><title>App</title><h1>${told.say}</h1>`,
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;

  return {
    origin,
    clientId: CLIENT_ID,
    async register(deployment, tenant = { slug: 'default' }) {
      await seedMore(deployment, {
        ...tenant,
        applications: [
          {
            key: CLIENT_ID,
            name: 'Web application',
            clients: [
              {
                client_id: CLIENT_ID,
                client_name: 'Web application',
                token_endpoint_auth_method: 'none',
                redirect_uris: [`${origin}/callback`],
                post_logout_redirect_uris: [`${origin}/bye`],
                grant_types: ['authorization_code', 'refresh_token'],
              },
            ],
          },
        ],
      });
      const { slug } = tenant;
      party = await createRelyingParty({
        issuer: `${deployment.publicUrl}${slug === 'default' ? '' : `/t/${slug}`}`,
        clientId: CLIENT_ID,
        redirectUri: `${origin}/callback`,
      });
    },
    async refreshes() {
      try {
        refreshToken = (await party?.refresh(refreshToken))?.refresh_token ?? refreshToken;
        return true;
      } catch (error) {
        if (error instanceof client.ResponseBodyError && error.error === 'invalid_grant') {
          return false;
        }
        throw error;
      }
    },
    close: () => closeServer(server),
  };
}
