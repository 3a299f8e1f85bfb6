import assert from 'node:assert/strict';
import {
  type BeginUpstreamResult,
  beginUpstreamSignIn,
} from '../upstream/begin-upstream-sign-in.ts';
import type { FinishUpstreamResult } from '../upstream/finish-upstream-sign-in.ts';
import type { UpstreamProvider } from '../upstream/upstream.ts';
import { HONEST, type UpstreamServer } from './upstream-server.ts';
import { BINDING, REDIRECT_URI, type UpstreamWorld } from './upstream-world.ts';

/** Has a server say the truth again, and forget what it was asked. */
export function makeHonest(server: UpstreamServer): void {
  Object.assign(server, HONEST);
  server.instead.clear();
  server.asked.length = 0;
  server.received.length = 0;
}

/** The beginning of a sign-in alone, which may fail. */
export function tryToBegin(
  world: UpstreamWorld,
  provider: UpstreamProvider,
): Promise<BeginUpstreamResult> {
  const deps = { clients: world.clients, now: () => world.clock.now };
  return beginUpstreamSignIn(deps, provider, { redirectUri: REDIRECT_URI, binding: BINDING });
}

/** One whole sign-in, at a server as this provider knows it. */
export async function tryToSignIn(
  world: UpstreamWorld,
  server: UpstreamServer,
  provider = world.provider(server),
): Promise<FinishUpstreamResult> {
  const beginning = await tryToBegin(world, provider);
  if (beginning.outcome === 'failed') return beginning;
  return world.finish(provider, beginning.kept, await server.signIn(beginning.url));
}

export function failsWith(
  result: FinishUpstreamResult | BeginUpstreamResult,
  reason: string,
  detail: string | RegExp,
): void {
  assert.equal(result.outcome, 'failed');
  assert.equal(result.reason, reason, result.detail);
  assert.match(result.detail, detail instanceof RegExp ? detail : new RegExp(`^${detail}$`));
}
