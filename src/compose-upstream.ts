import { randomUUID } from 'node:crypto';
import type { AuditLog } from './audit/audit-log.ts';
import type { Backends } from './compose-backends.ts';
import type { UpstreamUse } from './interactions/upstream-use.ts';
import { beginUpstreamSignIn } from './upstream/begin-upstream-sign-in.ts';
import { createUpstreamAccount } from './upstream/create-upstream-account.ts';
import { finishUpstreamSignIn } from './upstream/finish-upstream-sign-in.ts';
import { linkUpstreamIdentity } from './upstream/link-upstream-identity.ts';
import { recordUpstreamFailure, recordUpstreamSignIn } from './upstream/record-upstream-sign-in.ts';
import { resolveUpstreamIdentity } from './upstream/resolve-upstream-identity.ts';
import { createUpstreamClients } from './upstream/upstream-clients.ts';
import { createUpstreamDirectory } from './upstream/upstream-directory.ts';

/** Wires signing in with providers of others. */
export function upstreamUse(parts: {
  backends: Backends;
  audit: AuditLog;
  now: () => Date;
}): UpstreamUse {
  const { backends, audit, now } = parts;
  const { accounts, upstreamLinks: links, upstreams: providers } = backends;
  const clients = createUpstreamClients(backends);
  const directory = createUpstreamDirectory({ providers });
  const newId = () => randomUUID();
  return {
    offeredBy: directory.offeredBy,
    linksOf: links.listOfAccount,
    begin: (...input) => beginUpstreamSignIn({ clients, now }, ...input),
    finish: (...input) => finishUpstreamSignIn({ clients, now }, ...input),
    resolve: (...input) => resolveUpstreamIdentity({ links, accounts }, ...input),
    createAccount: (...input) => createUpstreamAccount({ links, audit, newId, now }, ...input),
    link: (...input) => linkUpstreamIdentity({ links, audit, now }, ...input),
    recordSignIn: (...input) => recordUpstreamSignIn({ links, audit, now }, ...input),
    recordFailure: (...input) => recordUpstreamFailure({ audit }, ...input),
  };
}
