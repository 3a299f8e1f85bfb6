import { createSealer } from '../crypto/sealing.ts';
import { createOutboundFetch } from '../http/outbound-fetch.ts';
import {
  type BeginUpstreamInput,
  beginUpstreamSignIn,
  type KeptUpstreamRequest,
} from '../upstream/begin-upstream-sign-in.ts';
import {
  type FinishUpstreamResult,
  finishUpstreamSignIn,
} from '../upstream/finish-upstream-sign-in.ts';
import type { UpstreamProvider } from '../upstream/upstream.ts';
import { createUpstreamClients, type UpstreamClients } from '../upstream/upstream-clients.ts';
import { sealUpstreamSecret } from '../upstream/upstream-secret.ts';
import { randomSealingKey } from './key-replica.ts';
import type { UpstreamServer } from './upstream-server.ts';

export const REDIRECT_URI = 'https://login.acme.example/upstream/up/callback';
export const BINDING = 'an-interaction';

/** The protocol side of upstream sign-in over real connections, without pages. */
export interface UpstreamWorld {
  readonly clients: UpstreamClients;
  readonly clock: { now: Date };
  /** A provider as it would be stored, whose issuer is a server of the test. */
  provider(server: Pick<UpstreamServer, 'issuer' | 'clientId' | 'clientSecret'>): UpstreamProvider;
  /** @throws Error when it does not begin */
  begin(
    provider: UpstreamProvider,
    input?: Partial<BeginUpstreamInput>,
  ): Promise<{ url: string; kept: KeptUpstreamRequest }>;
  finish(
    provider: UpstreamProvider,
    kept: KeptUpstreamRequest,
    answer: URLSearchParams,
  ): Promise<FinishUpstreamResult>;
}

/** @param options.allow - addresses that may be reached besides public ones */
export function createUpstreamWorld(
  options: { allow?: readonly string[]; timeoutSeconds?: number } = {},
): UpstreamWorld {
  const { allow = ['127.0.0.1'], ...bounds } = options;
  const sealer = createSealer([randomSealingKey()]);
  const clock = { now: new Date() };
  const now = () => clock.now;
  const fetch = createOutboundFetch(allow);
  const clients = createUpstreamClients({ fetch, sealer, now, ...bounds });
  const deps = { clients, now };
  return {
    clients,
    clock,
    provider: ({ issuer, clientId, clientSecret }) => ({
      tenantId: 'tenant',
      key: 'up',
      name: 'Up',
      issuer,
      clientId,
      sealedClientSecret: sealUpstreamSecret(sealer, 'tenant', 'up', clientSecret),
      scopes: ['openid', 'profile', 'email'],
      prompt: undefined,
      trustEmail: false,
      registration: 'deny',
      emailDomains: [],
      disabled: false,
    }),
    async begin(provider, input = {}) {
      const result = await beginUpstreamSignIn(deps, provider, {
        redirectUri: REDIRECT_URI,
        binding: BINDING,
        ...input,
      });
      if (result.outcome === 'failed') throw new Error(`${result.reason}: ${result.detail}`);
      return result;
    },
    finish: (provider, kept, answer) => finishUpstreamSignIn(deps, provider, kept, answer),
  };
}
